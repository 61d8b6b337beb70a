using System.Data.Common;
using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Sqlite;

/// <summary>A queue in a SQLite file: each member is one operation of the writer, or one read beside it.</summary>
internal sealed class SqliteTaskStore : ITaskStore
{
    /// <summary>Queries that no index serves, at once: others read beside them, and a page that asks again and again takes no more than these.</summary>
    private const int MostScans = 2;

    private readonly SqliteQueueOptions options;
    private readonly OpenedFile file;
    private readonly Checkpoints checkpoints;
    private readonly WriteContext context;
    private readonly Writer writer;
    private readonly Readers readers;
    private readonly Readers scanReaders;
    private readonly Readers longReader;
    private readonly Readers changeReader;
    private readonly CommitWatch commits;
    private readonly HostTransactions hostTransactions;
    private readonly HealthProbe health;
    private readonly QueueWaits waits;
    private readonly Backup backup;

    /// <param name="file">The file, opened.</param>
    /// <param name="options">Those of the queue.</param>
    /// <param name="settings">Shared with the facades.</param>
    public SqliteTaskStore(OpenedFile file, SqliteQueueOptions options, QueueSettings settings)
    {
        this.file = file;
        this.options = options;
        var (dispatcher, time, place) = (settings.Dispatcher, settings.Time, file.Presence);
        Signals = new QueueSignals(dispatcher);
        var announcer = new CommitAnnouncer(Signals, settings.Metrics, settings.Logger);
        checkpoints = new Checkpoints(file.Db, place, settings.Logger);
        var process = ProcessIdentity.Current();
        var instance = Guid.NewGuid().ToString("N");
        var boot = options.Boot ?? ProcessIdentity.ReadSystemBootId();
        var tokens = new LeaseTokens(file.Db, boot, mayBeUnsynced: options is { Durability: Durability.Full, SyncCheckouts: false });
        context = new WriteContext(file.Db, time, process, instance, settings.Metrics, tokens) { NewGroups = options.NewGroups };
        hostTransactions = new HostTransactions(
            file.Db,
            checkpoints,
            place,
            connection => new WriteContext(connection, time, process, instance, settings.Metrics, new LeaseTokens(connection, boot, mayBeUnsynced: false))
            {
                NewGroups = options.NewGroups,
            },
            effects => announcer.Count(effects));
        var waiting = new WaitingWorkers((request, slots) => new CheckoutTasks(request, slots), taken: Signals.Ready.Advance, dispatcher);
        writer = new Writer(context, file, checkpoints, options.BusyTimeout, options.TurnClock, waiting, announcer.Announce);
        commits = new CommitWatch(
            Signals,
            file.Place.OpenReader,
            place.Require,
            announcer.RequestCancel,
            () => writer.Batches,
            new LogEvents(file.Place.Paths.Log, options.CommitPolling.ListensToLog, settings.Logger),
            options.CommitPolling);
        readers = new Readers(file.Place.OpenReader, place.Require, options.MaxReaders, options.BusyTimeout, dispatcher);
        scanReaders = new Readers(file.Place.OpenReader, place.Require, MostScans, options.BusyTimeout, dispatcher);
        longReader = new Readers(file.Place.OpenReader, place.Require, most: 1, options.BusyTimeout, dispatcher);
        changeReader = new Readers(file.Place.OpenReader, place.Require, most: 1, options.BusyTimeout, dispatcher);
        backup = new Backup(file.Place, place);
        health = new HealthProbe(readers, file.Place.Paths.Log, time);
        waits = new QueueWaits(this, time);
        Control = new SqliteControlStore(writer);
        Groups = new SqliteGroupStore(writer, readers);
        Schedules = new SqliteScheduleStore(writer, readers);
        Approvals = new SqliteApprovalStore(writer, readers);
        Budgets = new SqliteBudgetStore(writer, readers, time);
        Notifications = new SqliteNotificationStore(writer, readers, options.MaxNotifications);
        Reader = new TaskReader(
            readers, scanReaders, longReader, new ChangeNumber(changeReader, time.GetUtcNow().ToUnixTimeMilliseconds()), dispatcher, time);
        Upkeep = new SqliteUpkeepStore(writer, readers, context.Workers, checkpoints);
    }

    /// <summary>The queue file, as an absolute path without symbolic links.</summary>
    public string FullPath => file.Place.FullPath;

    public QueueSignals Signals { get; }

    public ITaskControlStore Control { get; }

    public IGroupStore Groups { get; }

    public IScheduleStore Schedules { get; }

    public IApprovalStore Approvals { get; }

    public IBudgetStore Budgets { get; }

    public INotificationStore Notifications { get; }

    public ITaskReader Reader { get; }

    public IUpkeepStore Upkeep { get; }

    public ValueTask<TaskId> EnqueueAsync(CheckedTask task, CancellationToken cancellationToken)
    {
        var operation = new EnqueueTasks([task]);
        writer.Begin(operation, cancellationToken);
        return operation.FirstAnswer;
    }

    public ValueTask<EnqueueResult[]> EnqueueAsync(IReadOnlyList<CheckedTask> tasks, CancellationToken cancellationToken) =>
        writer.RunAsync(new EnqueueTasks(tasks), cancellationToken);

    public ValueTask<EnqueueResult[]> EnqueueAsync(IReadOnlyList<CheckedTask> tasks, DbTransaction transaction, CancellationToken cancellationToken) =>
        hostTransactions.Run(new EnqueueTasks(tasks), transaction);

    public ValueTask<LeasedTask?> CheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken)
    {
        var operation = new CheckoutTasks(request, most: 1);
        writer.Begin(operation, cancellationToken);
        return operation.FirstAnswer;
    }

    public ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken) =>
        writer.RunAsync(new CheckoutTasks(request, maxTasks), cancellationToken);

    public async ValueTask<IReadOnlyList<LeasedTask>> WaitForTasksAsync(long seen, WaitingWorker waiting, CancellationToken cancellationToken)
    {
        var registration = writer.Waiting.Add(waiting);
        WriteOperation<IReadOnlyList<LeasedTask>>? taken;
        try
        {
            await Signals.WaitForReadyAsync(seen, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when ((taken = registration.Withdraw()) is not null)
        {
            // Whatever ended the wait, the tasks are this worker's.
            return await taken.Answer.ConfigureAwait(false);
        }

        return (taken = registration.Withdraw()) is null ? [] : await taken.Answer.ConfigureAwait(false);
    }

    public ValueTask<WaitSummary> WaitAsync(TaskSelector selector, WaitOptions options, Lease? waiting, CancellationToken cancellationToken) =>
        waits.ForTasksAsync(selector, options, cancellationToken);

    public ValueTask<ApprovalInfo> WaitForDecisionAsync(ApprovalId id, Lease? waiting, CancellationToken cancellationToken) =>
        waits.ForDecisionAsync(id, cancellationToken);

    public ValueTask<HeartbeatResult[]> HeartbeatAsync(Lease[] leases, CancellationToken cancellationToken) =>
        writer.RunAsync(new RenewLeases(leases), cancellationToken);

    public ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result, CancellationToken cancellationToken) =>
        writer.RunAsync(new CompleteTask(lease, result), cancellationToken);

    public ValueTask<bool[]> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, Action? inLine, CancellationToken cancellationToken) =>
        writer.RunAsync(new CompleteTasks(tasks, options.MaxNotifications), cancellationToken, inLine);

    public ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken) =>
        writer.RunAsync(new FailTask(lease, failure, options.MaxNotifications), cancellationToken);

    public ValueTask<bool> ReleaseAsync(Lease lease, long delayMs, CancellationToken cancellationToken) =>
        writer.RunAsync(new ReleaseTask(lease, delayMs), cancellationToken);

    public ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback, CancellationToken cancellationToken) =>
        writer.RunAsync(new RouteTask(lease, choice, isFallback), cancellationToken);

    public ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken) => writer.RunAsync(new SuspendTask(lease), cancellationToken);

    public ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken) => writer.RunAsync(new ResumeTask(lease), cancellationToken);

    public ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken) =>
        writer.RunAsync(new TakeOverTask(id, worker), cancellationToken);

    public ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken) =>
        writer.RunAsync(new TakeOverTasks(request, maxTasks), cancellationToken);

    public ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message, CancellationToken cancellationToken) =>
        writer.RunAsync(new ReportProgress(lease, fraction, message), cancellationToken);

    public ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken) =>
        writer.RunAsync(new SaveCheckpoint(lease, checkpoint), cancellationToken);

    public ValueTask<TimeSpan> ProbeWriterAsync(CancellationToken cancellationToken) => writer.RunAsync(new ProbeWriter(), cancellationToken);

    public ValueTask<StoreHealth> ReadHealthAsync(CancellationToken cancellationToken) => health.ReadAsync(cancellationToken);

    /// <summary>Copies the queue, as it is at one moment, into a new file.</summary>
    public ValueTask BackupAsync(string path, CancellationToken cancellationToken) => file.Dispatcher.RunAsync(() => backup.Run(path, cancellationToken));

    /// <summary>Waits for the calls that were made, and closes the file.</summary>
    public void Dispose()
    {
        commits.Stop();
        Leave();
        writer.Dispose();
        readers.Close();
        scanReaders.Close();
        longReader.Close();
        changeReader.Close();
        commits.Dispose();
        using var ended = file.Dispatcher;
        if (writer.IsAbandoned)
        {
            // The leader of a batch still uses the file lock and the connection; closed now, they would throw where nothing catches.
            return;
        }

        if (file.TryEnter(options.BusyTimeout))
        {
            checkpoints.RunAtClose();
            file.Db.Dispose();
            file.Presence.Unregister();
            file.Lock.Exit();
        }

        file.Lock.Dispose();
    }

    /// <summary>The end of the writer waits for it. If it fails, the rows of the workers go stale by themselves.</summary>
    private void Leave()
    {
        if (context.Workers.Any)
        {
#pragma warning disable CA2012 // Nobody needs the answer.
            _ = writer.RunAsync(new KeepWorkers(leave: true), CancellationToken.None);
#pragma warning restore CA2012
        }
    }
}
