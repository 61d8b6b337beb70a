using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Processes;

public sealed class WakeUpTests : ProcessTest
{
    [Fact]
    public async Task Wait_TaskCompletedInAnotherProcess_Ends()
    {
        await using var queue = await OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("work"));
        var waiting = queue.Inspector.WaitAsync(id).AsTask();
        Assert.False(waiting.IsCompleted);

        var worker = await StartAndGoAsync("work", "name=w", "threads=1");

        var summary = await waiting.WaitAsync(Guard);
        Assert.True(summary.AllSucceeded);
        Assert.Equal(0, await worker.ExitAsync());
    }

    [Fact]
    public async Task Wait_InAnotherProcess_EndsWhenTheTaskIsCompletedHere()
    {
        await using var queue = await OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("work"));
        var waiter = await StartAndGoAsync("wait", $"id={id}");
        await waiter.WaitForLineAsync("waiting");

        await CompleteNextAsync(queue);

        Assert.Equal($"finished {id} 1 of 1", await waiter.WaitForLineAsync("finished"));
        Assert.Equal(0, await waiter.ExitAsync());
    }

    [Fact]
    public async Task Watch_InAnotherProcess_SeesEachFinishInOrder()
    {
        await using var queue = await OpenAsync();
        var watcher = await StartAndGoAsync("watch");
        await watcher.WaitForLineAsync("watching");

        for (var number = 0; number < 3; number++)
        {
            var id = await queue.EnqueueAsync(new NewTask("work"));
            await CompleteNextAsync(queue);
            var sequence = (await queue.Inspector.GetAsync(id))?.FinishSequence;

            // One by one: each finish has to wake a watch that has caught up.
            await watcher.WaitForLineAsync($"finished {sequence} {id} Succeeded");
        }

        watcher.Stop();
        Assert.Equal(0, await watcher.ExitAsync());
        Assert.Equal(3, watcher.Lines.Count(line => line.StartsWith("finished", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Watch_TasksEnqueuedAndWorkedInOtherProcesses_YieldsThem()
    {
        await using var queue = await OpenAsync();
        await using var finishes = queue.Inspector.WatchAsync().GetAsyncEnumerator();
        var first = finishes.MoveNextAsync().AsTask();

        var worker = await StartAndGoAsync("work", "name=w", "threads=1", "until=stopped");
        var producer = await StartAndGoAsync("produce", "name=p", "callers=1");

        Assert.True(await first.WaitAsync(Guard));
        Assert.Equal(TaskOutcome.Succeeded, finishes.Current.Outcome);
        producer.Stop();
        worker.Stop();
        Assert.Equal(0, await producer.ExitAsync());
        Assert.Equal(0, await worker.ExitAsync());
    }

    [Fact]
    public async Task WaitForReady_TaskEnqueuedInAnotherProcess_Ends()
    {
        await using var queue = await OpenAsync();
        var signals = queue.Signals;
        var producer = await StartAndGoAsync("produce", "name=p", "callers=1");

        // A signal may come without cause: what counts is that each wait for the next task ends.
        var seen = signals.ReadyVersion;
        LeasedTask? task;
        while ((task = await queue.CheckoutAsync(new CheckoutRequest { Worker = "here" })) is null)
        {
            await signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(Guard);
            seen = signals.ReadyVersion;
        }

        Assert.True(await queue.CompleteAsync(task.Lease));
        producer.Stop();
        Assert.Equal(0, await producer.ExitAsync());
    }

    private static async Task CompleteNextAsync(TaskQueue queue)
    {
        var task = await queue.CheckoutAsync(new CheckoutRequest { Worker = "here" });
        Assert.NotNull(task);
        Assert.True(await queue.CompleteAsync(task.Lease));
    }
}
