using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Processes;

public sealed class HostShutdownTests(ITestOutputHelper output) : ProcessTest
{
    [Theory]
    [InlineData("the worker's own times", 300, 300, 3_600_000)]
    [InlineData("the host's time", 3_600_000, 3_600_000, 500)]
    public async Task Terminate_DuringWork_EndsInTimeAndChargesNothing(string limit, int shutdownMs, int graceMs, int hostMs)
    {
        await using var queue = await OpenAsync();
        var ids = new Dictionary<string, TaskId>();
        foreach (var type in new[] { "polite", "deaf", "steps", "parent" })
        {
            ids[type] = await queue.EnqueueAsync(type, "");
        }

        var host = Start("host", $"shutdown={shutdownMs}", $"grace={graceMs}", $"host={hostMs}");
        foreach (var (type, id) in ids)
        {
            await host.WaitForLineAsync($"start {type} {id} 1");
        }

        // What is not short is an hour: no other time can end it before the guard does.
        var clock = Stopwatch.StartNew();
        host.Terminate();
        Assert.Equal(0, await host.ExitAsync());

        output.WriteLine($"{limit}: ended after {clock.ElapsedMilliseconds} ms");
        Assert.Contains("bye", host.Lines);
        foreach (var id in ids.Values)
        {
            var task = (await queue.Inspector.GetAsync(id))!;
            Assert.Equal((TaskState.Queued, 0, TaskHolds.None, null), (task.State, task.Attempt, task.Holds, task.LastError));
            Assert.Empty(await queue.Inspector.GetAttemptsAsync(id));
        }

        var steps = (await queue.CheckoutAsync(new CheckoutRequest { Worker = "next", Types = ["steps"] }))!;
        Assert.Equal([1], steps.Checkpoint!.Value.ToArray());
        Assert.Equal("half", (await queue.Inspector.GetAsync(steps.Id))?.ProgressMessage);
    }

    [Fact]
    public async Task Terminate_ThenStartedAgain_GoesOnWithTheSameTasksAndChildren()
    {
        await using var queue = await OpenAsync();
        var parent = await queue.EnqueueAsync("parent", "");
        var first = Start("host");
        await first.WaitForLineAsync($"start parent {parent} 1");
        first.Terminate();
        await first.ExitAsync();

        var second = Start("host");
        await second.WaitForLineAsync($"start parent {parent} 1");

        Assert.Equal(2, (await queue.Inspector.CountAsync()).Total.Total);
        var child = (await queue.CheckoutAsync(new CheckoutRequest { Worker = "elsewhere", Types = ["elsewhere"] }))!;
        Assert.True(await queue.CompleteAsync(child.Lease));
        var summary = await queue.Inspector.WaitAsync(parent).AsTask().WaitAsync(Guard);
        Assert.True(summary.AllSucceeded);
        second.Terminate();
        Assert.Equal(0, await second.ExitAsync());
    }

    [Fact]
    public async Task Kill_WhileTheParentWaits_TheNextAttemptFindsItsChild()
    {
        await using var queue = await OpenAsync();
        var parent = await queue.EnqueueAsync(new NewTask("parent", "\"\""u8.ToArray()) { LeaseDuration = TimeSpan.FromSeconds(3) });
        var first = Start("host");
        await first.WaitForLineAsync($"start parent {parent} 1");
        first.Kill();
        await first.ExitAsync();

        var second = Start("host");
        await second.WaitForLineAsync($"start parent {parent} 2");

        Assert.Equal(2, (await queue.Inspector.CountAsync()).Total.Total);
        second.Terminate();
        Assert.Equal(0, await second.ExitAsync());
    }
}
