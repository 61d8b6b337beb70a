using System.Data.Common;
using Dapper;
using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableQueue;

/// <summary>
/// A queue in one SQLite file. Open it once per process and share it: it is safe for any number of threads, and any number of processes
/// on the same machine may open the same file.
/// </summary>
/// <remarks>
/// Beside the file stand its write-ahead log (<c>-wal</c>), SQLite's shared memory (<c>-shm</c>) and a lock file (<c>-gate</c>).
/// The file must be on a local file system.
/// </remarks>
public sealed partial class SqliteTaskQueue : ITaskQueue, IWorkSignals, IHealthSource, IBatchCompletion, IUpkeep, IDeadlineSource
{
    private const string SelectStopping = "SELECT id FROM task INDEXED BY task_stopping WHERE state = 1 AND cancel_requested = 1";

    private readonly SqliteQueueOptions options;
    private readonly ILogger logger;
    private readonly NewTaskRules rules;
    private readonly HealthProbe health;
    private readonly QueueMetrics metrics;
    private readonly EnqueueSpans spans = new();
    private readonly FileLock fileLock;
    private readonly FilePresence place;
    private readonly WriteConnection db;
    private readonly Dispatcher dispatcher;
    private readonly Checkpoints checkpoints;
    private readonly WriteContext context;
    private readonly Writer writer;
    private readonly Readers readers;
    private readonly Readers longReader;
    private readonly QueueSignals signals;
    private readonly Sweeper sweeper;
    private readonly Backup backup;
    private readonly HostTransactions hostTransactions;
    private Action<TaskId>? cancelRequested;
    private int disposed;

    private SqliteTaskQueue(QueueFile file, SqliteQueueOptions options, FileLock fileLock, FilePresence place, WriteConnection db, Dispatcher dispatcher)
    {
        FilePath = file.FullPath;
        this.options = options;
        this.fileLock = fileLock;
        this.place = place;
        this.db = db;
        this.dispatcher = dispatcher;
        var time = dispatcher.Over(options.TimeProvider);
        logger = LoggerOf(options);
        rules = new NewTaskRules(options.MaxPayloadBytes, time);
        metrics = new QueueMetrics(Path.GetFileNameWithoutExtension(file.FullPath));
        checkpoints = new Checkpoints(db, place, logger);
        var process = ProcessIdentity.Current();
        var instance = Guid.NewGuid().ToString("N");
        context = new WriteContext(db, time, process, instance, metrics);
        backup = new Backup(file, place);
        hostTransactions = new HostTransactions(
            db,
            checkpoints,
            place,
            connection => new WriteContext(connection, time, process, instance, metrics),
            effects => Count(effects, isBatch: false));
        signals = new QueueSignals(file.OpenReader, ForeignCommit, place.Require, dispatcher);
        var waiting = new WaitingWorkers((request, slots) => new CheckoutTasks(request, slots), taken: signals.Ready.Advance, dispatcher);
        writer = new Writer(context, fileLock, checkpoints, place, options.BusyTimeout, options.TurnClock, waiting, dispatcher, Committed);
        readers = new Readers(file.OpenReader, place.Require, options.MaxReaders, options.BusyTimeout, dispatcher);
        longReader = new Readers(file.OpenReader, place.Require, most: 1, options.BusyTimeout, dispatcher);
        sweeper = new Sweeper(writer, context, checkpoints, signals, readers, dispatcher, time, logger, options.BackgroundSweeps);
        health = new HealthProbe(writer, readers, file.Paths.Log, time);
        Approvals = new SqliteTaskApprovals(writer, readers, signals, time);
        Control = new SqliteTaskControl(writer, options.MaxPayloadBytes);
        Groups = new SqliteTaskGroups(writer, readers);
        Schedules = new SqliteTaskSchedules(writer, readers, new ScheduleRules(rules, time), time);
        Budgets = new SqliteTaskBudgets(writer, readers, time);
        Inspector = new SqliteTaskInspector(readers, longReader, signals, dispatcher, time);
        Notifications = new SqliteTaskNotifications(writer, readers, signals, options.MaxNotifications);
        metrics.Observe(new QueueDepth(readers, time).Read, time);
    }

    /// <summary>The queue file, as an absolute path without symbolic links: the names of all files beside it are derived from this one.</summary>
    public string FilePath { get; }

    /// <inheritdoc />
    public ITaskControl Control { get; }

    /// <inheritdoc />
    public ITaskGroups Groups { get; }

    /// <inheritdoc />
    public ITaskBudgets Budgets { get; }

    /// <inheritdoc />
    public ITaskInspector Inspector { get; }

    /// <inheritdoc />
    public ITaskNotifications Notifications { get; }

    /// <inheritdoc />
    public ITaskSchedules Schedules { get; }

    /// <inheritdoc />
    public ITaskApprovals Approvals { get; }

    /// <inheritdoc />
    long IWorkSignals.ReadyVersion => signals.Ready.Version;

    /// <inheritdoc />
    event Action<TaskId>? IWorkSignals.CancelRequested
    {
        add
        {
            cancelRequested += value;

            // From now on also for cancels in other processes.
            signals.Attend();
        }

        remove
        {
            cancelRequested -= value;
            signals.Leave();
        }
    }

    /// <summary>
    /// Opens the queue in a file; makes the file, and its directory, if they do not exist (readable for the owner only), and brings an
    /// older file to the schema of this version.
    /// </summary>
    /// <param name="path">The file, usually <c>queue.db</c>.</param>
    /// <param name="options">How to open it; <see langword="null"/> means the defaults.</param>
    /// <param name="cancellationToken">Works until the file is being opened.</param>
    /// <exception cref="ArgumentException">The path names no file, or an option is out of its limits.</exception>
    /// <exception cref="QueueStorageException">
    /// The file is no queue, was written by a newer version, is damaged, is on a network file system, or cannot be opened; it was left as it is.
    /// </exception>
    public static async ValueTask<SqliteTaskQueue> OpenAsync(
        string path, SqliteQueueOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new SqliteQueueOptions();
        SqliteQueueOptionsRules.Check(options);
        SQLitePCL.Batteries_V2.Init();
        var file = new QueueFile(path, options);
        cancellationToken.ThrowIfCancellationRequested();
        file.RefuseNetwork(FileSystemKind.Of);
        var dispatcher = new Dispatcher();
        try
        {
            return await OpenAsync(file, options, dispatcher, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            dispatcher.Dispose();
            throw;
        }
    }

    private static async ValueTask<SqliteTaskQueue> OpenAsync(
        QueueFile file, SqliteQueueOptions options, Dispatcher dispatcher, CancellationToken cancellationToken)
    {
        var time = dispatcher.Over(TimeProvider.System);
        file.RefuseSecondName();
        var isKnown = File.Exists(file.Paths.Lock);
        if (!isKnown)
        {
            // No lock file is left beside a file that is not a queue.
            await BusyRetry.RunAsync(file.Recognise, options.BusyTimeout, time, cancellationToken).ConfigureAwait(false);
            file.Create();
        }

        var fileLock = new FileLock(file.Paths.Lock, FileStatus.Of(file.FullPath));
        try
        {
            await EnterAsync(fileLock, options.BusyTimeout, time).ConfigureAwait(false);
            SqliteTaskQueue queue;
            try
            {
                var closed = new LogIdentity(file.Paths, fileLock).RequireOwn();
                if (isKnown)
                {
                    await BusyRetry.RunAsync(file.Recognise, options.BusyTimeout, time, CancellationToken.None).ConfigureAwait(false);
                    file.Create();
                }

                queue = await BusyRetry.RunAsync(() => Open(file, options, fileLock, closed, dispatcher), options.BusyTimeout, time, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                fileLock.Exit();
            }

            queue.WarnOfFileSystem(file);
            queue.sweeper.Start();
            return queue;
        }
        catch
        {
            fileLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<TaskId> EnqueueAsync(NewTask task, CancellationToken cancellationToken = default)
    {
        using var span = spans.Start(task);
        try
        {
            var result = (await writer.RunAsync(new EnqueueTasks([rules.CheckOne(task)]), cancellationToken).ConfigureAwait(false))[0];
            EnqueueSpans.SetTask(span, result.Id);
            return result.Id;
        }
        catch (Exception e) when (span is not null)
        {
            EnqueueSpans.SetError(span, e);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(IReadOnlyList<NewTask> tasks, CancellationToken cancellationToken = default)
    {
        using var span = spans.Start(tasks);
        try
        {
            var list = rules.CheckAll(tasks);
            if (list.Count == 0)
            {
                return [];
            }

            var results = await writer.RunAsync(new EnqueueTasks(list), cancellationToken).ConfigureAwait(false);
            return Array.ConvertAll(results, result => result.Id);
        }
        catch (Exception e) when (span is not null)
        {
            EnqueueSpans.SetError(span, e);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<EnqueueResult> EnqueueOrGetAsync(NewTask task, CancellationToken cancellationToken = default)
    {
        using var span = spans.Start(task);
        try
        {
            var result = (await writer.RunAsync(new EnqueueTasks([rules.CheckOne(task)]), cancellationToken).ConfigureAwait(false))[0];
            EnqueueSpans.SetTask(span, result.Id);
            return result;
        }
        catch (Exception e) when (span is not null)
        {
            EnqueueSpans.SetError(span, e);
            throw;
        }
    }

    /// <inheritdoc />
    /// <param name="task">What to store.</param>
    /// <param name="transaction">
    /// A <see cref="SqliteTransaction"/>, open, on this queue's file, and holding its write lock: begun by <c>BeginTransaction()</c>, or deferred and with a
    /// write behind it.
    /// </param>
    /// <param name="cancellationToken">Read before the first write.</param>
    /// <remarks>
    /// <para>
    /// It runs on the caller's thread and is complete when it returns. Workers of this process and of others notice the commit within 50 ms while
    /// they wait. A crash before the commit leaves nothing, one after it loses nothing; the durability is that of the application's connection.
    /// An error leaves the transaction as it was before the call, and open, unless the error says that SQLite has ended it.
    /// </para>
    /// <para>
    /// The open transaction keeps every other writer of the file waiting, also the heartbeats of workers: keep it short. Other calls of the queue,
    /// awaited before the commit, wait for themselves and fail with <see cref="QueueStorageError.Busy"/> after
    /// <see cref="SqliteQueueOptions.BusyTimeout"/>. Checkpoints are switched off on the transaction's connection, for good, because they belong to the
    /// queue's own writer.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A setting is out of its limits; or the transaction has ended, is on another file, is another provider's, or is deferred and has not written yet.
    /// </exception>
    /// <exception cref="QueueStorageException">The file was brought to a newer schema meanwhile, or writing failed.</exception>
    public async ValueTask<TaskId> EnqueueAsync(NewTask task, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        using var span = spans.Start(task);
        try
        {
            var id = (await EnqueueInAsync([task], transaction, cancellationToken).ConfigureAwait(false))[0];
            EnqueueSpans.SetTask(span, id);
            return id;
        }
        catch (Exception e) when (span is not null)
        {
            EnqueueSpans.SetError(span, e);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<TaskId>> EnqueueAsync(
        IReadOnlyList<NewTask> tasks, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        using var span = spans.Start(tasks);
        try
        {
            return await EnqueueInAsync(tasks, transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (span is not null)
        {
            EnqueueSpans.SetError(span, e);
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<LeasedTask?> CheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken = default)
    {
        var tasks = await CheckoutAsync(request, 1, cancellationToken).ConfigureAwait(false);
        return tasks.Count == 0 ? null : tasks[0];
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default)
    {
        CheckoutRules.Check(request);
        Check.Between(maxTasks, 1, Limits.BatchSize, nameof(maxTasks));
        return writer.RunAsync(new CheckoutTasks(request, maxTasks), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<HeartbeatResult> HeartbeatAsync(Lease lease, CancellationToken cancellationToken = default) =>
        (await writer.RunAsync(new RenewLeases([lease]), cancellationToken).ConfigureAwait(false))[0];

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<HeartbeatResult>> HeartbeatAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(leases);
        Check.Between(leases.Count, 0, Limits.BatchSize, "leases.Count");
        return leases.Count == 0 ? [] : await writer.RunAsync(new RenewLeases([.. leases]), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result = default, CancellationToken cancellationToken = default)
    {
        Check.Size(result.Length, options.MaxResultBytes, nameof(result));
        return writer.RunAsync(new CompleteTask(lease, result), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<bool>> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, CancellationToken cancellationToken = default) =>
        CompleteManyAsync(tasks, null, cancellationToken);

    ValueTask<IReadOnlyList<bool>> IBatchCompletion.CompleteAsync(IReadOnlyList<TaskCompletion> tasks, Action inLine, CancellationToken cancellationToken) =>
        CompleteManyAsync(tasks, inLine, cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (failure.Outcome is not (TaskOutcome.Failed or TaskOutcome.TimedOut or TaskOutcome.Rejected))
        {
            throw new ArgumentException($"Outcome must be Failed, TimedOut or Rejected; it is {failure.Outcome}.", nameof(failure));
        }

        Check.Size(failure.Result.Length, options.MaxResultBytes, "failure.Result");
        if (failure.RetryAfter is { } delay)
        {
            rules.CheckDelay(delay, nameof(failure.RetryAfter));
        }

        if (failure.Notification is { } notification)
        {
            NotificationRules.Check(notification);
        }

        var storable = failure with { Error = Check.Error(failure.Error) };
        return writer.RunAsync(new FailTask(lease, storable, options.MaxNotifications), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> ReleaseAsync(Lease lease, TimeSpan? delay = null, CancellationToken cancellationToken = default)
    {
        var delayMs = delay is { } span ? rules.CheckDelay(span, nameof(delay)) : 0;
        return writer.RunAsync(new ReleaseTask(lease, delayMs), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(choice);
        if (Check.Name(choice.Type, nameof(choice.Type)) == NewTask.AutoType)
        {
            throw new ArgumentException($"The choice is '{NewTask.AutoType}', which is no type yet.", nameof(choice));
        }

        return writer.RunAsync(new RouteTask(lease, choice with { Reason = Check.Reason(choice.Reason) }, isFallback), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken = default) =>
        writer.RunAsync(new SuspendTask(lease), cancellationToken);

    /// <inheritdoc />
    public ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken = default) =>
        writer.RunAsync(new ResumeTask(lease), cancellationToken);

    /// <inheritdoc />
    public ValueTask<LeasedTask?> TakeOverAsync(TaskId id, string worker, CancellationToken cancellationToken = default)
    {
        Check.Text(worker, nameof(worker), Limits.WorkerLength, 1);
        return writer.RunAsync(new TakeOverTask(id, worker), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<LeasedTask>> TakeOverAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken = default)
    {
        CheckoutRules.Check(request);
        Check.Between(maxTasks, 1, Limits.BatchSize, nameof(maxTasks));
        return writer.RunAsync(new TakeOverTasks(request, maxTasks), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message = null, CancellationToken cancellationToken = default)
    {
        if (fraction is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "fraction must be from 0 to 1.");
        }

        Check.Note(message, nameof(message), Limits.LabelLength);
        return writer.RunAsync(new ReportProgress(lease, fraction, message), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken = default)
    {
        Check.Size(checkpoint.Length, options.MaxResultBytes, nameof(checkpoint));
        return writer.RunAsync(new SaveCheckpoint(lease, checkpoint), cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<int> ReapExpiredAsync(CancellationToken cancellationToken = default)
    {
        var total = 0;
        SweepResult result;
        do
        {
            result = await writer.RunAsync(new Sweep(), cancellationToken).ConfigureAwait(false);
            total += result.Reaped;
        }
        while (result.MayBeMore);

        return total;
    }

    /// <summary>
    /// Copies the queue, as it is at one moment, into a new file: a queue of its own, compact, readable for the owner only. Work goes on meanwhile.
    /// </summary>
    /// <param name="path">The new file; nothing by that name may exist, its directory must.</param>
    /// <param name="cancellationToken">Ends the copying; nothing is left of it.</param>
    /// <remarks>
    /// <para>
    /// The file is on disk, whole, when the call returns, and has its name only then: a crash leaves a file that ends in <c>.partial</c>, to be
    /// deleted by hand. The write-ahead log cannot be cut while it runs.
    /// </para>
    /// <para>
    /// It holds every task, also those that run and those that are done later: opened beside the original, it runs them again. Open it in place
    /// of the original, or to read.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">The path is empty, or something by that name exists.</exception>
    /// <exception cref="QueueStorageException">It cannot be written there, or the queue cannot be read.</exception>
    public async ValueTask BackupToAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ObjectDisposedException.ThrowIf(disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        await dispatcher.RunAsync(() => backup.Run(path, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>
    /// Puts a backup in the place of a queue file that nobody has open. The file that is replaced is kept under another name.
    /// </summary>
    /// <param name="backup">A file that <see cref="BackupToAsync"/> wrote, or a queue file; it is only read. One of an older schema is brought up to date in the copy.</param>
    /// <param name="path">The queue file; it may be missing, its directory must exist.</param>
    /// <param name="options">How to open the files; <see langword="null"/> means the defaults.</param>
    /// <param name="cancellationToken">Ends the copying and checking of the backup; nothing is left of it. Works until the file is replaced.</param>
    /// <returns>The new name of the file that was replaced, <c>&lt;path&gt;.replaced-&lt;time&gt;</c>; <see langword="null"/> if there was none.</returns>
    /// <remarks>
    /// <para>
    /// The backup is copied and checked first. Nothing is replaced if it is not sound. The swap is one rename: a crash leaves the old file or the restored one. One
    /// in the moment before it leaves the old file with two names, which the next open refuses and names.
    /// </para>
    /// <para>
    /// The restored file is a queue of its own: no log, lease, worker or record of a run of the old one fits it. Ids that the old file or the folder of
    /// the commands' logs knows are not given out again. Tasks that ran when the backup was made are handled as after a crash.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">Both paths name the same file, or an option is out of its limits.</exception>
    /// <exception cref="QueueStorageException">
    /// The queue is open somewhere (<see cref="QueueStorageError.Busy"/>); the backup is missing, not a queue, or not sound; one of both is an application's
    /// database that has taken a queue in (<see cref="SqliteQueueOptions.AdoptExisting"/>); or it cannot be written.
    /// </exception>
    public static async ValueTask<string?> RestoreAsync(
        string backup, string path, SqliteQueueOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new SqliteQueueOptions();
        SqliteQueueOptionsRules.Check(options);
        SQLitePCL.Batteries_V2.Init();
        var source = new QueueFile(backup, options);
        var target = new QueueFile(path, options);
        if (source.FullPath == target.FullPath)
        {
            throw new ArgumentException($"{target.FullPath} cannot be restored from itself.", nameof(backup));
        }

        target.RefuseNetwork(FileSystemKind.Of);
        target.RefuseSecondName();
        if (!await BusyRetry.RunAsync(source.Recognise, options.BusyTimeout, TimeProvider.System, cancellationToken).ConfigureAwait(false))
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"There is no file {source.FullPath}.");
        }

        if (source.Names is not null)
        {
            throw Restore.RefuseAdopted(source);
        }

        var restore = new Restore(source, target, options.TimeProvider);
        try
        {
            return await Task.Run(() => RunRestoreAsync(restore, target, options.BusyTimeout, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw e.ToStorageException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QueueStorageException(QueueStorageError.CannotOpen, $"{target.FullPath} cannot be replaced: {e.Message}", e);
        }
    }

    /// <summary>
    /// Refuses new calls, waits for those that were made, ends waits and watches with <see cref="ObjectDisposedException"/>, and closes
    /// the file. Leases that are held stay held until they expire.
    /// </summary>
    /// <remarks>Takes at most twice <see cref="SqliteQueueOptions.BusyTimeout"/> if other processes keep the file.</remarks>
    public async ValueTask DisposeAsync() =>
        await Task.Factory.StartNew(Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);

    /// <summary>
    /// Closes the queue as <see cref="DisposeAsync"/> does, on the calling thread. It waits for no continuation, so that it ends even if every thread of
    /// the pool is in here.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        metrics.Dispose();
        spans.Dispose();
        sweeper.Dispose();
        signals.Close(new ObjectDisposedException(nameof(SqliteTaskQueue)));
        Leave();
        writer.Dispose();
        readers.Close();
        longReader.Close();
        signals.Dispose();
        using var ended = dispatcher;
        if (writer.IsAbandoned)
        {
            // Whoever leads still uses the file lock and the connection; closed under their hands they would throw where nobody catches.
            return;
        }

        if (TryEnter())
        {
            checkpoints.RunAtClose();
            db.Dispose();
            place.Unregister();
            fileLock.Exit();
        }

        fileLock.Dispose();
    }

    /// <inheritdoc />
    Task IWorkSignals.WaitForReadyAsync(long seen, CancellationToken cancellationToken) => signals.WaitAsync(signals.Ready, seen, cancellationToken);

    /// <inheritdoc />
    async ValueTask<IReadOnlyList<LeasedTask>> IWorkSignals.WaitForTasksAsync(long seen, WaitingWorker waiting, CancellationToken cancellationToken)
    {
        CheckoutRules.Check(waiting.Request);
        var registration = writer.Waiting.Add(waiting);
        WriteOperation<IReadOnlyList<LeasedTask>>? taken;
        try
        {
            await signals.WaitAsync(signals.Ready, seen, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when ((taken = registration.Withdraw()) is not null)
        {
            // Whatever ended the wait, the tasks are this worker's.
            return await taken.Answer.ConfigureAwait(false);
        }

        return (taken = registration.Withdraw()) is null ? [] : await taken.Answer.ConfigureAwait(false);
    }

    /// <inheritdoc />
    ValueTask<StoreHealth> IHealthSource.LookAsync(CancellationToken cancellationToken) => health.LookAsync(cancellationToken);

    /// <inheritdoc />
    ValueTask<StoreHealth> IHealthSource.ReadAsync(CancellationToken cancellationToken) => health.ReadAsync(cancellationToken);

    /// <inheritdoc />
    ValueTask<bool> IUpkeep.TryTakeTurnAsync(string work, TimeSpan period, CancellationToken cancellationToken) =>
        writer.RunAsync(new TakeTurn(work, period), cancellationToken);

    /// <inheritdoc />
    async ValueTask<DateTimeOffset?> IDeadlineSource.FindNextDueAsync(DateTimeOffset after, CancellationToken cancellationToken) =>
        Times.FromMs(await readers.ReadAsync(
            connection => Deadlines.ReadNextAfter(connection, after.ToUnixTimeMilliseconds()), cancellationToken).ConfigureAwait(false));

    private async ValueTask<IReadOnlyList<bool>> CompleteManyAsync(
        IReadOnlyList<TaskCompletion> tasks, Action? inLine, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        Check.Between(tasks.Count, 0, Limits.BatchSize, "tasks.Count");
        for (var i = 0; i < tasks.Count; i++)
        {
            if (tasks[i].Result.Length > options.MaxResultBytes)
            {
                Check.Size(tasks[i].Result.Length, options.MaxResultBytes, $"tasks[{i}].Result");
            }

            if (tasks[i].Notification is { } notification)
            {
                NotificationRules.Check(notification);
            }
        }

        return tasks.Count == 0
            ? []
            : await writer.RunAsync(new CompleteTasks(tasks, options.MaxNotifications), cancellationToken, inLine).ConfigureAwait(false);
    }

    private static async Task<string?> RunRestoreAsync(Restore restore, QueueFile target, TimeSpan busyTimeout, CancellationToken cancellationToken)
    {
        var copy = restore.Prepare(cancellationToken);
        try
        {
            using var fileLock = new FileLock(target.Paths.Lock, FileStatus.Of(target.FullPath));
            await EnterAsync(fileLock, busyTimeout, TimeProvider.System).ConfigureAwait(false);
            try
            {
                return restore.Replace(copy, fileLock);
            }
            finally
            {
                fileLock.Exit();
            }
        }
        finally
        {
            File.Delete(copy);
        }
    }

    /// <summary>Called under the file lock.</summary>
    private static SqliteTaskQueue Open(QueueFile file, SqliteQueueOptions options, FileLock fileLock, ClosedFile? closed, Dispatcher dispatcher)
    {
        var db = file.OpenWriter();
        try
        {
            if (Migrations.ReadVersion(db) != Migrations.Latest)
            {
                Migrations.Apply(db);
            }

            var place = new FilePresence(file.Paths, fileLock, LoggerOf(options));
            place.Require();
            place.Log.Opened(db, closed);
            place.Register();
            return new SqliteTaskQueue(file, options, fileLock, place, db, dispatcher);
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    private static ILogger LoggerOf(SqliteQueueOptions options) => options.LoggerFactory?.CreateLogger<SqliteTaskQueue>() ?? (ILogger)NullLogger.Instance;

    private async ValueTask<TaskId[]> EnqueueInAsync(IReadOnlyList<NewTask> tasks, DbTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ObjectDisposedException.ThrowIf(disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        var results = await hostTransactions.Run(new EnqueueTasks(rules.CheckAll(tasks)), transaction).ConfigureAwait(false);
        return Array.ConvertAll(results, result => result.Id);
    }

    /// <summary>Takes the file lock without holding up the caller's thread.</summary>
    private static async Task EnterAsync(FileLock fileLock, TimeSpan timeout, TimeProvider time)
    {
        try
        {
            await StartEntering(fileLock).WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new QueueStorageException(QueueStorageError.Busy, $"Another process held the queue file longer than the busy timeout of {timeout}.");
        }
    }

    /// <summary>
    /// A wait for the file lock cannot be called off. Whoever gives up disposes the file lock; the handle is closed, and the lock with it, when the wait ends.
    /// </summary>
    private static Task StartEntering(FileLock fileLock) => fileLock.TryEnter()
        ? Task.CompletedTask
        : Task.Factory.StartNew(fileLock.Enter, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Takes the file lock on the caller's thread.</summary>
    private bool TryEnter()
    {
        var entering = StartEntering(fileLock);
        return Task.WaitAny([entering], options.BusyTimeout) == 0 && entering.IsCompletedSuccessfully;
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

    /// <summary>Runs after each commit, still under the writer.</summary>
    private void Committed(BatchEffects effects)
    {
        Count(effects, isBatch: true);
        if (effects.Ready)
        {
            signals.Ready.Advance();
        }

        if (effects.Finished)
        {
            signals.Finished.Advance();
        }

        if (effects.Notified)
        {
            signals.Notified.Advance();
        }

        if (effects.Approvals)
        {
            signals.Approvals.Advance();
        }

        foreach (var warning in effects.BudgetWarnings)
        {
            // Values of metadata do not belong into a log.
            BudgetNearlyUsedUp(
                logger,
                warning.Target.Scope == BudgetScope.Metadata ? $"a value of {warning.Target.Key}" : warning.Target.ToString(),
                warning.Used,
                warning.Cap,
                warning.Unit ?? "starts");
        }

        foreach (var id in effects.CancelRequested)
        {
            Tell(cancelRequested, id);
        }

        foreach (var (schedule, reason) in effects.PausedSchedules)
        {
            SchedulePaused(logger, schedule, reason);
        }

        if (effects.CascadeLeft)
        {
            sweeper.Settle();
        }

        sweeper.Arm(effects.NextDeadlineMs);
    }

    /// <summary>As <see cref="Tell"/>: listeners of metrics run inside the call that records.</summary>
    private void Count(BatchEffects effects, bool isBatch)
    {
        try
        {
            if (isBatch)
            {
                metrics.Record(effects.Operations, effects.CommitTime);
            }

            metrics.Record(effects.Events);
        }
        catch (Exception e)
        {
            MetricsListenerFailed(logger, e);
        }
    }

    /// <summary>A listener that throws must not cost the writer its thread, nor the callers of the batch their answers.</summary>
    private void Tell(Action<TaskId>? listeners, TaskId id)
    {
        try
        {
            listeners?.Invoke(id);
        }
        catch (Exception e)
        {
            ListenerFailed(logger, e, id.Value);
        }
    }

    /// <summary>Somebody, perhaps this queue, has committed: their deadlines and cancels are not known here yet.</summary>
    private void ForeignCommit(SqliteConnection connection)
    {
        sweeper.ArmEarlier(Deadlines.ReadNext(connection));
        if (cancelRequested is { } told)
        {
            foreach (var id in connection.Query<long>(SelectStopping))
            {
                Tell(told, new TaskId(id));
            }
        }
    }

    private void WarnOfFileSystem(QueueFile file)
    {
        if (FileSystemKind.Of(file.Folder) is { } name && FileSystemKind.IsDoubtful(name))
        {
            FileSystemDoubtful(logger, name);
        }
    }

    [LoggerMessage(106, LogLevel.Warning, "The schedule {Schedule} was paused: {Reason}")]
    private static partial void SchedulePaused(ILogger logger, string schedule, string reason);

    [LoggerMessage(105, LogLevel.Warning, "The queue file is on a file system ({FileSystem}) that other machines may share; only processes of one kernel may open it")]
    private static partial void FileSystemDoubtful(ILogger logger, string fileSystem);

    [LoggerMessage(160, LogLevel.Warning, "The budget of {Budget} has used {Used} of {Cap} {Unit}")]
    private static partial void BudgetNearlyUsedUp(ILogger logger, string budget, decimal used, decimal cap, string unit);

    [LoggerMessage(103, LogLevel.Error, "A listener failed when it was told that task {Id} is to be cancelled")]
    private static partial void ListenerFailed(ILogger logger, Exception error, long id);

    [LoggerMessage(104, LogLevel.Error, "A listener of the metrics failed")]
    private static partial void MetricsListenerFailed(ILogger logger, Exception error);
}
