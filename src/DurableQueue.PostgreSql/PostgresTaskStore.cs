using System.Data.Common;
using DurableQueue.Lifecycle;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.PostgreSql;

/// <summary>
/// A queue in PostgreSQL: each member is one call of a function on the server, in one transaction of its own. What many callers ask for at the same time goes
/// together.
/// </summary>
internal sealed class PostgresTaskStore : ITaskStore
{
    private const int EnqueuesAtOnce = 2;

    private const string FindRetry = "SELECT t.retry, t.attempt FROM durable_queue.task t WHERE t.id = $1 AND t.token = $2 AND t.state = 1";
    private const string Fail = "SELECT kept, due_at_ms FROM durable_queue.fail($1, $2, $3, $4, $5, $6, $7, $8)";
    private const string Release = "SELECT kept, due_at_ms FROM durable_queue.release($1, $2, $3, $4)";
    private const string Suspend = "SELECT durable_queue.suspend($1, $2, $3)";
    private const string Resume = "SELECT durable_queue.resume($1, $2)";
    private const string ReportProgress = "SELECT durable_queue.report_progress($1, $2, $3, $4)";
    private const string SaveCheckpoint = "SELECT durable_queue.save_checkpoint($1, $2, $3)";

    private readonly Database database;
    private readonly PostgresQueueOptions options;
    private readonly QueueSettings settings;
    private readonly StoreClock clock;
    private readonly CommitSignals commits;
    private readonly CommitNotifier notifier;
    private readonly CommitListener listener;
    private readonly Workers workers = new();
    private readonly CallMerger<EnqueueCall> enqueues;
    private readonly CallMerger<MergedCall> work;
    private readonly CallMerger<HeartbeatCall> heartbeats;
    private readonly QueueWaits waits;
    private readonly PostgresReader reader;
    private readonly PostgresUpkeepStore upkeep;

    /// <param name="database">The pool, with the schema up to date.</param>
    /// <param name="serverClock">Measured; kept up to date by the upkeep.</param>
    /// <param name="options">Those of the queue.</param>
    /// <param name="settings">Shared with the facades.</param>
    public PostgresTaskStore(Database database, ServerClock serverClock, PostgresQueueOptions options, QueueSettings settings)
    {
        (this.database, this.options, this.settings) = (database, options, settings);
        Signals = new QueueSignals(settings.Dispatcher);
        clock = new StoreClock(options.TimeProvider, () => PostgresUpkeepStore.ReadLongestLease(database));
        notifier = new CommitNotifier(database, workers.Instance, settings.Dispatcher, settings.Logger);
        commits = new CommitSignals(Signals, new CommitAnnouncer(Signals, settings.Metrics, settings.Logger), notifier, clock);
        reader = new PostgresReader(database, settings.Time);
        upkeep = new PostgresUpkeepStore(database, clock, serverClock, commits, workers);
        listener = new CommitListener(
            database,
            Signals,
            commits.RequestCancel,
            async () => clock.NextMs(await upkeep.ReadNextDeadlineAsync(CancellationToken.None).ConfigureAwait(false)),
            async () => await reader.ReadChangeAsync(CancellationToken.None).ConfigureAwait(false),
            workers.Instance,
            options.PollInterval,
            settings.Logger);
        enqueues = new CallMerger<EnqueueCall>(EnqueuesAtOnce, EnqueueCall.CanJoin, SendEnqueuesAsync);
        work = new CallMerger<MergedCall>(places: 1, WorkCall.CanJoin, SendWorkAsync);
        heartbeats = new CallMerger<HeartbeatCall>(places: 1, HeartbeatCall.CanJoin, SendHeartbeatsAsync);
        waits = new QueueWaits(this, settings.Time);
        Control = new PostgresControlStore(database, clock, commits, options.NewGroups);
        Groups = new PostgresGroupStore(database, commits, options.NewGroups);
    }

    public QueueSignals Signals { get; }

    public ITaskControlStore Control { get; }

    public IGroupStore Groups { get; }

    public IScheduleStore Schedules { get; } = new ScheduleStoreNotYet();

    public IApprovalStore Approvals { get; } = new ApprovalStoreNotYet();

    public IBudgetStore Budgets { get; } = new BudgetStoreNotYet();

    public INotificationStore Notifications { get; } = new NotificationStoreNotYet();

    public ITaskReader Reader => reader;

    public IUpkeepStore Upkeep => upkeep;

    public async ValueTask<TaskId> EnqueueAsync(CheckedTask task, CancellationToken cancellationToken) =>
        (await EnqueueAsync([task], cancellationToken).ConfigureAwait(false))[0].Id;

    public async ValueTask<EnqueueResult[]> EnqueueAsync(IReadOnlyList<CheckedTask> tasks, CancellationToken cancellationToken)
    {
        foreach (var task in tasks)
        {
            RequireKnown(task);
        }

        var call = new EnqueueCall(tasks, database.Begin(cancellationToken));
        if (call.HasKeys)
        {
            await SendAloneAsync(call).ConfigureAwait(false);
        }
        else
        {
            enqueues.Add(call, cancellationToken);
        }

        return await call.Answer.ConfigureAwait(false);
    }

    public ValueTask<EnqueueResult[]> EnqueueAsync(IReadOnlyList<CheckedTask> tasks, DbTransaction transaction, CancellationToken cancellationToken) =>
        throw NotYet.Refuse("An enqueue in a transaction of the application is");

    public async ValueTask<LeasedTask?> CheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken) =>
        await CheckoutAsync(request, 1, cancellationToken).ConfigureAwait(false) is [var task, ..] ? task : null;

    public async ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken)
    {
        if (request.AdoptedTypes is { Count: > 0 })
        {
            throw NotYet.Refuse("Adopted types are");
        }

        var call = new CheckoutCall(request, maxTasks, database.Begin(cancellationToken));
        work.Add(call, cancellationToken);
        return await call.Answer.ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<LeasedTask>> WaitForTasksAsync(long seen, WaitingWorker waiting, CancellationToken cancellationToken)
    {
        await Signals.WaitForReadyAsync(seen, cancellationToken).ConfigureAwait(false);
        return [];
    }

    public ValueTask<WaitSummary> WaitAsync(TaskSelector selector, WaitOptions options, Lease? waiting, CancellationToken cancellationToken) =>
        waits.ForTasksAsync(selector, options, cancellationToken);

    public ValueTask<ApprovalInfo> WaitForDecisionAsync(ApprovalId id, Lease? waiting, CancellationToken cancellationToken) =>
        waits.ForDecisionAsync(id, cancellationToken);

    public async ValueTask<HeartbeatResult[]> HeartbeatAsync(Lease[] leases, CancellationToken cancellationToken)
    {
        var call = new HeartbeatCall(leases, database.Begin(cancellationToken));
        heartbeats.Add(call, cancellationToken);
        return await call.Answer.ConfigureAwait(false);
    }

    public async ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result, CancellationToken cancellationToken) =>
        (await CompleteAsync([new TaskCompletion(lease, result)], inLine: null, cancellationToken).ConfigureAwait(false))[0];

    public async ValueTask<bool[]> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, Action? inLine, CancellationToken cancellationToken)
    {
        if (tasks.Any(task => task.Notification is not null))
        {
            throw NotYet.Refuse("Notifications are");
        }

        var call = new CompleteCall(tasks, database.Begin(cancellationToken));
        work.Add(call, cancellationToken);

        // It is in line before every checkout that comes from now on.
        inLine?.Invoke();
        return await call.Answer.ConfigureAwait(false);
    }

    public async ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken)
    {
        if (failure.Notification is not null || failure.PauseSchedule is not null)
        {
            throw NotYet.Refuse("Notifications and schedules are");
        }

        var retryable = !failure.Permanent && failure.Outcome != TaskOutcome.Rejected;
        var delay = !retryable ? 0
            : failure.RetryAfter is { } after ? Times.ToMs(after)
            : await FindBackoffAsync(lease, cancellationToken).ConfigureAwait(false);
        var (kept, due) = await database.ReadOneAsync(
            Fail,
            parameters => parameters.With(clock.ReadMs())
                .With(lease.TaskId.Value)
                .With(lease.Token)
                .With((short)failure.Outcome)
                .With(failure.Error)
                .With(retryable)
                .With(delay)
                .With(failure.Result.Stored()),
            cells => (cells.Bool(), cells.NullableLong()),
            cancellationToken).ConfigureAwait(false);
        return Ended(kept, due);
    }

    public async ValueTask<bool> ReleaseAsync(Lease lease, long delayMs, CancellationToken cancellationToken)
    {
        var (kept, due) = await database.ReadOneAsync(
            Release,
            parameters => parameters.With(clock.ReadMs()).With(lease.TaskId.Value).With(lease.Token).With(delayMs),
            cells => (cells.Bool(), cells.NullableLong()),
            cancellationToken).ConfigureAwait(false);
        return Ended(kept, due);
    }

    public ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback, CancellationToken cancellationToken) =>
        throw NotYet.Refuse("Routing is");

    public async ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken)
    {
        var kept = await database.ReadOneAsync(
            Suspend,
            parameters => parameters.With(clock.ReadMs()).With(lease.TaskId.Value).With(lease.Token),
            cells => cells.Bool(),
            cancellationToken).ConfigureAwait(false);

        // One that was to be cancelled has ended by it.
        commits.Wrote(ready: true, finished: !kept);
        return kept;
    }

    public ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken) => RunAsync(
        Resume, parameters => parameters.With(lease.TaskId.Value).With(lease.Token), cancellationToken);

    public ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken) => throw NotYet.Refuse("Taking over is");

    public ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken) =>
        throw NotYet.Refuse("Taking over is");

    public ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message, CancellationToken cancellationToken) => RunAsync(
        ReportProgress, parameters => parameters.With(lease.TaskId.Value).With(lease.Token).WithDouble(fraction).With(message), cancellationToken);

    public ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken) => RunAsync(
        SaveCheckpoint, parameters => parameters.With(lease.TaskId.Value).With(lease.Token).With(checkpoint.Whole()), cancellationToken);

    public async ValueTask<TimeSpan> ProbeWriterAsync(CancellationToken cancellationToken)
    {
        var started = settings.Time.GetTimestamp();
        await upkeep.ProbeAsync(cancellationToken).ConfigureAwait(false);
        return settings.Time.GetElapsedTime(started);
    }

    public ValueTask<StoreHealth> ReadHealthAsync(CancellationToken cancellationToken) => reader.ReadHealthAsync(cancellationToken);

    /// <summary>Waits for the calls that were made, and closes the pool if it is the queue's own.</summary>
    public void Dispose()
    {
        notifier.Stop();
        listener.Dispose();
        upkeep.Leave();
        database.Dispose();
        settings.Dispatcher.Dispose();
    }

    private static void RequireKnown(CheckedTask task)
    {
        if (task.After.Count > 0)
        {
            throw NotYet.Refuse("Dependencies (After) are");
        }

        if (task.Approval is not null)
        {
            throw NotYet.Refuse("Approvals (RequiresApproval, Approval) are");
        }

        if (task.EstimateUnit is not null)
        {
            throw NotYet.Refuse("Estimates of costs (EstimatedCost) are");
        }

        if (task.Type == NewTask.AutoType)
        {
            throw NotYet.Refuse($"Tasks of the type '{NewTask.AutoType}' are");
        }
    }

    private async Task SendAloneAsync(EnqueueCall call)
    {
        try
        {
            await SendEnqueuesAsync([call]).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
    }

    private async Task SendEnqueuesAsync(IReadOnlyList<EnqueueCall> calls)
    {
        var due = await EnqueueCall.SendAsync(database, clock.ReadMs(), options.NewGroups, calls).ConfigureAwait(false);
        commits.Wrote(ready: true, dueMs: due);
    }

    private async Task SendWorkAsync(IReadOnlyList<MergedCall> calls)
    {
        CompleteCall[] completes = [.. calls.OfType<CompleteCall>()];
        CheckoutCall[] checkouts = [.. calls.OfType<CheckoutCall>()];
        TaskCompletion[] completions = [.. completes.SelectMany(call => call.Tasks)];
        if (checkouts.Length == 0)
        {
            CompleteCall.GiveAll(completes, await CompleteCall.SendAsync(database, clock.ReadMs(), completions).ConfigureAwait(false));
            commits.Wrote(ready: true, finished: true);
            return;
        }

        var nowMs = clock.ReadMs();
        var answer = await CheckoutCall.SendAsync(database, nowMs, clock.MayReap, workers, checkouts, completions).ConfigureAwait(false);
        CompleteCall.GiveAll(completes, answer.Kept ?? []);
        if (completes.Length > 0)
        {
            commits.Wrote(ready: true, finished: true, answer.NextDeadlineMs);
        }
        else if (answer.AnyTaken)
        {
            commits.Wrote(dueMs: answer.NextDeadlineMs);
        }
        else
        {
            commits.Due(answer.NextDeadlineMs);
        }
    }

    private async Task SendHeartbeatsAsync(IReadOnlyList<HeartbeatCall> calls)
    {
        if (await HeartbeatCall.SendAsync(database, clock.ReadMs(), calls).ConfigureAwait(false))
        {
            Signals.Changed.Advance();
        }
    }

    private async ValueTask<bool> RunAsync(string sql, Action<Npgsql.NpgsqlParameterCollection> bind, CancellationToken cancellationToken)
    {
        var kept = await database.ReadOneAsync(sql, bind, cells => cells.Bool(), cancellationToken).ConfigureAwait(false);
        if (kept)
        {
            Signals.Changed.Advance();
        }

        return kept;
    }

    /// <summary>How long the next attempt waits. The attempt and its retry policy stay the same while the lease holds.</summary>
    private async ValueTask<long> FindBackoffAsync(Lease lease, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            FindRetry,
            parameters => parameters.With(lease.TaskId.Value).With(lease.Token),
            cells => (Retry: cells.NullableText(), Attempt: cells.Int()),
            cancellationToken).ConfigureAwait(false);
        return rows is [var row, ..] ? Backoff.DelayMs(StoredJson.ReadRetry(row.Retry) ?? RetryPolicy.Default, lease.TaskId, row.Attempt) : 0;
    }

    /// <summary>An attempt ended without success.</summary>
    private bool Ended(bool kept, long? dueMs)
    {
        if (kept)
        {
            commits.Wrote(ready: true, finished: true, dueMs);
        }

        return kept;
    }
}
