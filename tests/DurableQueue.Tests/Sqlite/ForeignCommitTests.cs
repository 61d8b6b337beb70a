using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>
/// What a queue learns from the commits of another one on the file. The clock stands still and there are no sweeps, so that nothing but the look for
/// foreign commits can tell it.
/// </summary>
public sealed class ForeignCommitTests : IAsyncLifetime
{
    private readonly QueueDirectory directory = new();
    private SqliteTaskQueue queue = null!;
    private SqliteTaskQueue other = null!;

    private QueueSignals Signals => queue.Signals;

    public async Task InitializeAsync()
    {
        queue = await directory.OpenAsync();
        other = await directory.OpenAsync();
        var seen = Signals.ReadyVersion;

        // From now on it looks for foreign commits all the time; the first look has told everybody.
        Signals.CancelRequested += _ => { };
        await Signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
    }

    public async Task DisposeAsync()
    {
        await queue.DisposeAsync();
        await other.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Enqueue_DelayedTaskInTheOther_WakesTheWorkerWhenItIsDue()
    {
        var seen = Signals.ReadyVersion;
        var id = await other.EnqueueAsync(new NewTask("work") { Delay = TimeSpan.FromMinutes(10) });
        await Signals.WaitForReadyAsync(seen, CancellationToken.None).WaitAsync(QueueDirectory.Limit);
        seen = Signals.ReadyVersion;
        var due = Signals.WaitForReadyAsync(seen, CancellationToken.None);

        directory.Time.Advance(TimeSpan.FromMinutes(10));

        await due.WaitAsync(QueueDirectory.Limit);
        Assert.Equal(id, (await queue.CheckoutAsync(Worker))?.Id);
    }

    [Fact]
    public async Task Cancel_RunningTasksInTheOther_AreAllTold()
    {
        var ids = await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), 3)]);
        Assert.Equal(3, (await queue.CheckoutAsync(Worker, 3)).Count);
        var cancels = ids.ToDictionary(id => id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Signals.CancelRequested += id => cancels[id].TrySetResult();

        foreach (var id in ids)
        {
            Assert.Equal(CancelResult.Requested, await other.Control.CancelAsync(id));
        }

        await Task.WhenAll(cancels.Values.Select(cancel => cancel.Task)).WaitAsync(QueueDirectory.Limit);
    }

    private static CheckoutRequest Worker { get; } = new() { Worker = "w" };
}
