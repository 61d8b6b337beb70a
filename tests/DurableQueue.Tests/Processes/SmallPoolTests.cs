using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Processes;

/// <summary>Thread pools whose threads are all held by code that blocks. Nothing here depends on speed: the pools do not grow.</summary>
public sealed class SmallPoolTests(ITestOutputHelper output) : ProcessTest
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Handlers_ThatBlockInTwoProcesses_StartEachTaskOnceAndLoseNoLease()
    {
        await using var queue = await OpenAsync();
        var ids = await queue.EnqueueAsync([.. Enumerable.Range(0, 200).Select(_ => Task("nap") with { MaxAttempts = 1 })]);
        ChildProcess[] hosts = [Start("block", "pool=4", "nap=400", "lease=3000"), Start("block", "pool=4", "nap=400", "lease=3000")];

        var summary = await queue.Inspector.WaitAsync(TaskSelector.ByIds(ids), new WaitOptions { Timeout = Long });

        foreach (var task in summary.Tasks.Where(task => task.Outcome != TaskOutcome.Succeeded))
        {
            output.WriteLine($"{task.Id} {task.Outcome} by {task.Worker}: from {task.StartedAt:mm:ss.fff} to {task.FinishedAt:mm:ss.fff}");
        }

        Array.ForEach(hosts, host => output.WriteLine(host.Describe()));
        Assert.Equal((200, 0), (summary.Succeeded, summary.Failed));
        await EndAsync(hosts);
        Assert.Equal(200, hosts.Sum(host => host.Lines.Count(line => line.StartsWith("start ", StringComparison.Ordinal))));
        Assert.DoesNotContain(hosts, host => host.Lines.Any(line => line.StartsWith("error", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Timeout_EveryThreadOfThePoolBlocked_IsKept()
    {
        await using var queue = await OpenAsync();
        var host = Start("block", "pool=4", "grace=500");
        await host.WaitForLineAsync("ready");
        var ids = await queue.EnqueueAsync(
            [.. Enumerable.Range(0, 8).Select(i => Task(i % 2 == 0 ? "stuck" : "listen") with { MaxAttempts = 1, Timeout = TimeSpan.FromSeconds(2) })]);

        var summary = await queue.Inspector.WaitAsync(TaskSelector.ByIds(ids), new WaitOptions { Timeout = Long });

        Assert.All(summary.Tasks, task => Assert.Equal(TaskOutcome.TimedOut, task.Outcome));
        host.Kill();
    }

    [Fact]
    public async Task Cancel_EveryThreadOfThePoolBlocked_ReachesHandlersThatListen()
    {
        await using var queue = await OpenAsync();
        var host = Start("block", "pool=2", "grace=3600000");
        await host.WaitForLineAsync("ready");
        var ids = await queue.EnqueueAsync([.. Enumerable.Range(0, 10).Select(_ => Task("listen"))]);
        await host.WaitForLinesAsync("start listen", 2);

        foreach (var id in ids)
        {
            await queue.Control.CancelAsync(id);
        }

        var summary = await queue.Inspector.WaitAsync(TaskSelector.ByIds(ids), new WaitOptions { Timeout = Long });
        Assert.Equal(10, summary.Killed + summary.Cancelled);
        await EndAsync(host);
    }

    [Fact]
    public async Task Pool_StartsNothing_IsWarnedOfWithTheHandlersNames()
    {
        await using var queue = await OpenAsync();
        var host = Start("block", "pool=2", "lease=3000");
        await host.WaitForLineAsync("ready");

        await queue.EnqueueAsync([.. Enumerable.Range(0, 3).Select(_ => Task("stuck"))]);

        Assert.Contains("stuck (2 running)", await host.WaitForLineAsync("log 208"), StringComparison.Ordinal);
        host.Kill();
    }

    [Fact]
    public async Task Callers_ThatWaitSynchronouslyOnASmallPool_AllGetTheirAnswers()
    {
        var caller = await StartAndGoAsync("call", "pool=8");

        Assert.Equal(0, await caller.ExitAsync(Long));
        Assert.Contains("called", caller.Lines);
        Assert.DoesNotContain(caller.Lines, line => line.StartsWith("error", StringComparison.Ordinal));
    }

    private static NewTask Task(string type) => new(type, "\"\""u8.ToArray());

    private static async Task EndAsync(params ChildProcess[] hosts)
    {
        foreach (var host in hosts)
        {
            host.Stop();
            Assert.Equal(0, await host.ExitAsync(Long));
        }
    }
}
