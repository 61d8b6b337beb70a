using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Processes;

public sealed class StoppedProcessTests(ITestOutputHelper output) : ProcessTest
{
    [Fact]
    public async Task Stop_ProcessThatHoldsNothing_HoldsUpNobody()
    {
        await using var queue = await OpenAsync();
        var stopped = await StartAndGoAsync("idle");
        await StopWithNothingHeldAsync(stopped);

        try
        {
            var ids = await queue.EnqueueAsync([.. Enumerable.Range(0, 100).Select(_ => new NewTask("work"))]).AsTask().WaitAsync(Guard);
            var worker = await StartAndGoAsync("work", "name=w", "threads=2");
            var summary = await queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(Guard);

            Assert.True(summary.AllSucceeded);
            Assert.Equal(0, await worker.ExitAsync());
            Assert.Equal(0, await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.FromDays(1))).AsTask().WaitAsync(Guard));
        }
        finally
        {
            stopped.Continue();
        }

        stopped.Stop();
        Assert.Equal(0, await stopped.ExitAsync());
    }

    /// <summary>
    /// An open queue does things by itself now and then. Stopped in the middle of one it would keep the others out, as anything does that is
    /// stopped with a lock: then it goes on for a moment and is stopped again.
    /// </summary>
    private async Task StopWithNothingHeldAsync(ChildProcess child)
    {
        using var guard = new CancellationTokenSource(Guard);
        child.Pause();
        await UntilStoppedAsync(child, guard.Token);
        while (await HoldsAsync(child, guard.Token) is { Count: > 0 } held)
        {
            output.WriteLine($"stopped while it held: {string.Join(" / ", held)}");
            child.Continue();
            await Task.Yield();
            child.Pause();
            await UntilStoppedAsync(child, guard.Token);
        }
    }

    /// <summary>The exclusive locks of a process; lines of the kernel's list with an arrow are requests that wait.</summary>
    private static async Task<List<string>> HoldsAsync(ChildProcess child, CancellationToken cancellationToken) =>
    [
        .. (await File.ReadAllLinesAsync("/proc/locks", cancellationToken))
            .Where(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, not "->", _, "WRITE", var holder, ..] && holder == $"{child.Id}"),
    ];

    private static async Task UntilStoppedAsync(ChildProcess child, CancellationToken cancellationToken)
    {
        // The third field, behind the name in parentheses, is the state; nobody tells its change.
        while ((await File.ReadAllTextAsync($"/proc/{child.Id}/stat", cancellationToken)).Split(')')[^1].TrimStart()[0] != 'T')
        {
            await Task.Yield();
        }
    }
}
