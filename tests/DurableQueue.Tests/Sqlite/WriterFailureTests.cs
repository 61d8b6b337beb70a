using System.Text.Json;
using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class WriterFailureTests : IDisposable
{
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Dispose_GateHeldLongerThanTheTimeout_SparesTheProcessWhenTheGateComesFree()
    {
        var queue = await directory.OpenAsync(busyTimeout: TimeSpan.FromMilliseconds(50));
        using var holder = new FileLock(directory.FilePath + "-gate");
        Assert.True(holder.TryEnter());
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => queue.EnqueueAsync(new NewTask("t")).AsTask().WaitAsync(QueueDirectory.Limit));
        Assert.Equal(QueueStorageError.Busy, error.Error);
        await queue.DisposeAsync().AsTask().WaitAsync(QueueDirectory.Limit);

        // The queue's thread still waits in line; it gets the file lock, finds the queue disposed, and lets the next one in.
        holder.Exit();
        using var next = new FileLock(directory.FilePath + "-gate");
        await Task.Run(next.Enter).WaitAsync(QueueDirectory.Limit);
        next.Exit();
        await using var again = await directory.OpenAsync();
        Assert.True((await again.EnqueueAsync(new NewTask("t"))).Value > 0);
    }

    [Fact]
    public async Task Dispose_RightAfterWaitingForTheGate_Returns()
    {
        for (var round = 0; round < 200; round++)
        {
            var queue = await directory.OpenAsync();
            using var holder = new FileLock(directory.FilePath + "-gate");
            Assert.True(holder.TryEnter());
            var enqueued = queue.EnqueueAsync(new NewTask("t")).AsTask();
            holder.Exit();
            await enqueued.WaitAsync(QueueDirectory.Limit);
            await queue.DisposeAsync().AsTask().WaitAsync(QueueDirectory.Limit);
        }
    }

    [Fact]
    public async Task Run_BatchCannotBegin_FailsWithTheCause()
    {
        var clock = new BrokenClock();
        await using var queue = await SqliteTaskQueue.OpenAsync(
            directory.FilePath, new SqliteQueueOptions { TimeProvider = clock, BackgroundSweeps = false });

        clock.IsBroken = true;
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => queue.EnqueueAsync(new NewTask("t")).AsTask().WaitAsync(QueueDirectory.Limit));

        clock.IsBroken = false;
        Assert.True((await queue.EnqueueAsync(new NewTask("t"))).Value > 0);
    }

    [Fact]
    public async Task Run_ListenerThrowsAfterTheCommit_CallerIsToldAndTheNextIsServed()
    {
        await using var queue = await directory.OpenAsync();
        queue.Signals.CancelRequested += _ => throw new InvalidTimeZoneException("A listener that fails.");
        var id = await queue.EnqueueAsync(new NewTask("t"));
        Assert.NotNull(await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }));

        // On a thread of its own: the leader is whoever calls.
        var result = await Task.Run(async () => await queue.Control.CancelAsync(id)).WaitAsync(QueueDirectory.Limit);

        Assert.Equal(CancelResult.Requested, result);
        Assert.True((await queue.EnqueueAsync(new NewTask("t")).AsTask().WaitAsync(QueueDirectory.Limit)).Value > id.Value);
    }

    [Fact]
    public async Task Checkout_FailedInTheMiddleOfARow_WorksAgainLater()
    {
        await using var queue = await directory.OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("t") { Metadata = new Dictionary<string, string> { ["a"] = "b" } });
        directory.Execute("UPDATE task_body SET metadata = '{'");
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }).AsTask());
        Assert.Equal(QueueStorageError.Corrupt, error.Error);
        Assert.IsType<JsonException>(error.InnerException);
        directory.Execute("UPDATE task_body SET metadata = NULL");

        var task = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });

        Assert.Equal(id, task?.Id);
    }

    private sealed class BrokenClock : TimeProvider
    {
        public bool IsBroken { get; set; }

        public override DateTimeOffset GetUtcNow() => IsBroken ? throw new InvalidTimeZoneException("The clock is broken.") : base.GetUtcNow();
    }
}
