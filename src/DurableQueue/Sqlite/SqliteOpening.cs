using DurableQueue.Queueing;
using DurableQueue.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableQueue.Sqlite;

/// <summary>Opens a queue file, and puts the queue together.</summary>
internal sealed partial class SqliteOpening
{
    private readonly QueueFile file;
    private readonly SqliteQueueOptions options;
    private readonly QueueWiring wiring;
    private readonly Dispatcher dispatcher;
    private readonly TimeProvider realTime;
    private readonly ILogger logger;

    private SqliteOpening(QueueFile file, SqliteQueueOptions options, QueueWiring wiring, Dispatcher dispatcher)
    {
        this.file = file;
        this.options = options;
        this.wiring = wiring;
        this.dispatcher = dispatcher;
        realTime = dispatcher.Over(TimeProvider.System);
        logger = options.LoggerFactory?.CreateLogger<SqliteTaskQueue>() ?? (ILogger)NullLogger.Instance;
    }

    public static async ValueTask<SqliteTaskQueue> RunAsync(
        string path, SqliteQueueOptions options, QueueWiring wiring, CancellationToken cancellationToken)
    {
        SqliteQueueOptionsRules.Check(options);
        SQLitePCL.Batteries_V2.Init();
        var file = new QueueFile(path, options);
        cancellationToken.ThrowIfCancellationRequested();
        UnsafePlaces.RefuseNetwork(file.Paths, FileSystemKind.Of);
        var dispatcher = new Dispatcher();
        try
        {
            return await new SqliteOpening(file, options, wiring, dispatcher).OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            dispatcher.Dispose();
            throw;
        }
    }

    private async ValueTask<SqliteTaskQueue> OpenAsync(CancellationToken cancellationToken)
    {
        UnsafePlaces.RefuseSecondName(file.Paths);
        var isKnown = File.Exists(file.Paths.Lock);
        if (!isKnown)
        {
            // No lock file is left beside a file that is not a queue.
            await BusyRetry.RunAsync(file.Recognise, options.BusyTimeout, realTime, cancellationToken).ConfigureAwait(false);
            file.Create();
        }

        var fileLock = new FileLock(file.Paths.Lock, FileStatus.Of(file.FullPath));
        try
        {
            await fileLock.EnterAsync(options.BusyTimeout, realTime).ConfigureAwait(false);
            SqliteTaskQueue queue;
            try
            {
                var closed = new LogIdentity(file.Paths, fileLock).RequireOwn();
                if (isKnown)
                {
                    await BusyRetry.RunAsync(file.Recognise, options.BusyTimeout, realTime, CancellationToken.None).ConfigureAwait(false);
                    file.Create();
                }

                queue = await BusyRetry.RunAsync(() => Open(fileLock, closed), options.BusyTimeout, realTime, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                fileLock.Exit();
            }

            WarnOfFileSystem();
            queue.Start();
            return queue;
        }
        catch
        {
            fileLock.Dispose();
            throw;
        }
    }

    /// <summary>Called under the file lock.</summary>
    private SqliteTaskQueue Open(FileLock fileLock, ClosedFile? closed)
    {
        var db = file.OpenWriter();
        try
        {
            if (Migrations.ReadVersion(db) != Migrations.Latest)
            {
                Migrations.Apply(db, options.NewGroups.Of(NewTask.DefaultGroup));
            }

            var presence = new FilePresence(file.Paths, fileLock, logger);
            presence.Require();
            presence.Log.Opened(db, closed);
            presence.Register();
            try
            {
                return Compose(new OpenedFile(file, fileLock, presence, db, dispatcher));
            }
            catch
            {
                presence.Unregister();
                throw;
            }
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    private SqliteTaskQueue Compose(OpenedFile opened)
    {
        var settings = new QueueSettings
        {
            Time = dispatcher.Over(options.TimeProvider),
            Dispatcher = dispatcher,
            Logger = logger,
            Metrics = new QueueMetrics(Path.GetFileNameWithoutExtension(file.FullPath)),
            MaxPayloadBytes = options.MaxPayloadBytes,
            MaxResultBytes = options.MaxResultBytes,
            BackgroundSweeps = options.BackgroundSweeps,
            RequestedBy = options.RequestedBy,
            Types = wiring.Types,
        };
        var store = new SqliteTaskStore(opened, options, settings);
        return new SqliteTaskQueue(store, wiring.Apply(store), settings);
    }

    private void WarnOfFileSystem()
    {
        if (FileSystemKind.Of(file.Folder) is { } name && FileSystemKind.IsDoubtful(name))
        {
            FileSystemDoubtful(logger, name);
        }
    }

    [LoggerMessage(105, LogLevel.Warning, "The queue file is on a file system ({FileSystem}) that may be shared with other machines; only processes on one machine may open it")]
    private static partial void FileSystemDoubtful(ILogger logger, string fileSystem);
}
