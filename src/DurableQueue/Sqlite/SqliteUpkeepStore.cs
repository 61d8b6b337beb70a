using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>What an open queue file does by itself.</summary>
internal sealed class SqliteUpkeepStore(Writer writer, Readers readers, WorkerRecords workers, Checkpoints checkpoints) : IUpkeepStore
{
    public WorkersMet Workers => !workers.Any ? WorkersMet.None : workers.AnyUnstored ? WorkersMet.Unstored : WorkersMet.Stored;

    public ValueTask<SweepResult> SweepAsync(CancellationToken cancellationToken) => writer.RunAsync(new Sweep(), cancellationToken);

    public ValueTask<bool> RunCascadeAsync(CancellationToken cancellationToken) => writer.RunAsync(new RunCascade(), cancellationToken);

    public ValueTask<PendingWork> FindPendingAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => new PendingWork(Deadlines.ReadNext(connection), CascadeRecords.ReadAny(connection)), cancellationToken);

    public async ValueTask<DateTimeOffset?> FindNextDueAsync(DateTimeOffset after, CancellationToken cancellationToken) =>
        Times.FromMs(await readers.ReadAsync(
            connection => Deadlines.ReadNextAfter(connection, after.ToUnixTimeMilliseconds()), cancellationToken).ConfigureAwait(false));

    public ValueTask<IReadOnlyList<long>> FindOutdatedSchedulesAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync<IReadOnlyList<long>>(ScheduleRow.FindOutdated, cancellationToken);

    public ValueTask RefreshSchedulesAsync(long[] schedules, CancellationToken cancellationToken) =>
        writer.DoAsync(new RefreshSchedules(schedules), cancellationToken);

    public ValueTask KeepWorkersAsync(CancellationToken cancellationToken) => writer.DoAsync(new KeepWorkers(leave: false), cancellationToken);

    public ValueTask<bool> TryTakeTurnAsync(string work, TimeSpan period, CancellationToken cancellationToken) =>
        writer.RunAsync(new TakeTurn(work, period), cancellationToken);

    public ValueTask SyncAsync(CancellationToken cancellationToken) =>
        writer.HasUnsynced ? writer.DoAsync(new SyncLog(), cancellationToken) : ValueTask.CompletedTask;

    /// <summary>A checkpoint may be due without a batch of this queue: when it is idle, and after transactions of the application.</summary>
    public void Tend()
    {
        if (checkpoints.CheckForIdle() || checkpoints.IsDue)
        {
            writer.Nudge();
        }
    }
}
