using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.PostgreSql;

/// <summary>What an open queue does by itself.</summary>
internal sealed class PostgresUpkeepStore(Database database, StoreClock clock, ServerClock serverClock, CommitSignals commits, Workers workers) : IUpkeepStore
{
    private const int Chunk = 500;

    private const string Sweep = "SELECT promoted, reaped, next_deadline_ms FROM durable_queue.sweep($1, $2)";
    private const string Probe = "SELECT durable_queue.enter()";
    private const string MarkSeen = "SELECT durable_queue.mark_seen($1, $2)";
    private const string KeepWorker = "SELECT durable_queue.keep_worker(durable_queue.now_ms($1), $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    private const string DeleteMine = "DELETE FROM durable_queue.worker WHERE queue_instance = $1";
    private const string TakeTurn = "SELECT durable_queue.take_turn($1, $2, $3)";
    private const string SelectLongestLease = "SELECT max(lease_ms) FROM durable_queue.task WHERE state = 1";

    private const string SelectNext =
        """
        SELECT least(s.next_due_at_ms, s.next_expiry_at_ms, (SELECT min(a.due_at_ms) FROM durable_queue.arrival a)), durable_queue.now_ms(NULL)
        FROM durable_queue.queue_state s WHERE s.id = 1
        """;

    private const string SelectNextDelay = "SELECT min(t.not_before_at_ms) FROM durable_queue.task t WHERE t.state = 0 AND (t.holds & 2) <> 0 AND t.holds = 2 AND t.not_before_at_ms > $1";

    public WorkersMet Workers => workers.Met;

    public static TimeSpan ReadLongestLease(Database database) => Times.SpanFromMs(
        database.ReadOneAsync(SelectLongestLease, _ => { }, cells => cells.NullableLong(), CancellationToken.None).AsTask().GetAwaiter().GetResult() ?? 0);

    public async ValueTask<SweepResult> SweepAsync(CancellationToken cancellationToken)
    {
        var nowMs = clock.ReadMs();
        var (promoted, reaped, next) = await database.ReadOneAsync(
            Sweep,
            parameters => parameters.With(nowMs).With(clock.MayReap),
            cells => (cells.Int(), cells.Int(), cells.NullableLong()),
            cancellationToken).ConfigureAwait(false);
        if (promoted + reaped > 0)
        {
            commits.Wrote(ready: true, finished: reaped > 0, next);
        }
        else
        {
            commits.Due(next);
        }

        return new SweepResult(reaped, MayBeMore: promoted >= Chunk || reaped >= Chunk);
    }

    public ValueTask<bool> RunCascadeAsync(CancellationToken cancellationToken) => new(false);

    public async ValueTask<PendingWork> FindPendingAsync(CancellationToken cancellationToken) =>
        new(clock.NextMs(await ReadNextDeadlineAsync(cancellationToken).ConfigureAwait(false)) ?? long.MaxValue, AnyCascade: false);

    /// <summary>When the next delay ends or the next lease expires, or a bit earlier.</summary>
    public async ValueTask<long?> ReadNextDeadlineAsync(CancellationToken cancellationToken)
    {
        var before = serverClock.ReadLocal();
        var (next, serverMs) = await database.ReadOneAsync(SelectNext, _ => { }, cells => (cells.NullableLong(), cells.Long()), cancellationToken).ConfigureAwait(false);
        serverClock.Measured(serverMs, before + ((serverClock.ReadLocal() - before) / 2));
        return next;
    }

    public async ValueTask<DateTimeOffset?> FindNextDueAsync(DateTimeOffset after, CancellationToken cancellationToken) => Times.FromMs(
        await database.ReadOneAsync(
            SelectNextDelay, parameters => parameters.With(after.ToUnixTimeMilliseconds()), cells => cells.NullableLong(), cancellationToken).ConfigureAwait(false));

    public ValueTask<IReadOnlyList<long>> FindOutdatedSchedulesAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask RefreshSchedulesAsync(long[] schedules, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask KeepWorkersAsync(CancellationToken cancellationToken)
    {
        foreach (var request in workers.Unstored)
        {
            var process = workers.Process;
            var id = await database.ReadOneAsync(
                KeepWorker,
                parameters => parameters.With(clock.ReadMs())
                    .With(request.Worker)
                    .With(process.Host)
                    .With(process.BootId)
                    .With(process.Pid)
                    .With(process.StartedAt)
                    .With(workers.Instance)
                    .With(request.Types?.ToArray(), NpgsqlTypes.NpgsqlDbType.Text)
                    .With(request.Groups?.ToArray(), NpgsqlTypes.NpgsqlDbType.Text)
                    .With(request.Capacity),
                cells => cells.Long(),
                cancellationToken).ConfigureAwait(false);
            workers.Stored(request, id);
        }

        await database.ReadAsync(MarkSeen, parameters => parameters.With(clock.ReadMs()).With(workers.Instance), _ => 0, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<bool> TryTakeTurnAsync(string work, TimeSpan period, CancellationToken cancellationToken) => database.ReadOneAsync(
        TakeTurn, parameters => parameters.With(clock.ReadMs()).With(work).With((long)period.TotalMilliseconds), cells => cells.Bool(), cancellationToken);

    public ValueTask SyncAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Tend()
    {
        // The server tends to itself.
    }

    /// <summary>Goes once through the queue's lock.</summary>
    public async ValueTask ProbeAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(Probe, _ => { }, _ => 0, cancellationToken).ConfigureAwait(false);

    /// <summary>Takes the workers of this queue off the list. If that fails, their rows go stale by themselves.</summary>
    public void Leave()
    {
        if (workers.Met == WorkersMet.None)
        {
            return;
        }

        try
        {
            database.ReadAsync(DeleteMine, parameters => parameters.With(workers.Instance), _ => 0, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (QueueStorageException)
        {
        }
    }
}
