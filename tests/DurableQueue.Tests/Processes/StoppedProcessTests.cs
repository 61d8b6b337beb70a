using Xunit;

namespace DurableQueue.Tests.Processes;

public sealed class StoppedProcessTests : ProcessTest
{
    [Fact]
    public async Task Stop_ProcessThatHoldsNothing_HoldsUpNobody()
    {
        await using var queue = await OpenAsync();
        var stopped = await StartAndGoAsync("idle");
        stopped.Pause();
        await UntilStoppedAsync(stopped);

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

    private static async Task UntilStoppedAsync(ChildProcess child)
    {
        // The third field, behind the name in parentheses, is the state; nobody tells its change.
        using var guard = new CancellationTokenSource(Guard);
        while ((await File.ReadAllTextAsync($"/proc/{child.Id}/stat", guard.Token)).Split(')')[^1].TrimStart()[0] != 'T')
        {
            await Task.Yield();
        }
    }
}
