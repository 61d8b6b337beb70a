using DurableQueue.Storage;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>
/// Moves the write-ahead log into the main file. Only the writer's connection does this, under the file lock: SQLite before 3.51.3 can damage
/// a file when two connections write and checkpoint at once.
/// </summary>
internal sealed partial class Checkpoints(WriteConnection db, FilePresence presence, ILogger logger)
{
    private const int PassiveMode = 0;
    private const int RestartMode = 2;
    private const int TruncateMode = 3;
    private const int CacheWrites = 9;

    /// <summary>Pages that this queue writes between two checkpoints: 8 MiB.</summary>
    private const int PagesBetween = 2_000;

    /// <summary>Log length, in pages, from which a checkpoint waits for a moment in which the log can start over: 16 MiB.</summary>
    private const int PagesToRestart = 4_000;

    /// <summary>Log length, in pages, from which a reader must be pinning it: 64 MiB.</summary>
    private const int PagesPinned = 16_000;

    /// <summary>
    /// Length of the log, in bytes, from which it is cut whoever wrote it: twice what this queue lets it grow to by itself. Applications that leave
    /// checkpoints to the queue may write much while it writes nothing.
    /// </summary>
    private readonly long longestLog = 2 * PagesToRestart * (db["PRAGMA page_size"].Scalar() ?? 4_096);

    /// <summary>
    /// While there is a reader, the log only grows. But a read that begins after everything was moved does not need the log, so that it is
    /// enough to outlast those who read already: some milliseconds, unless one of them stays.
    /// </summary>
    private static readonly Lazy<ResiliencePipeline<int>> OutlastReaders = new(() => new ResiliencePipelineBuilder<int>()
        .AddRetry(new RetryStrategyOptions<int>
        {
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is null && SqliteErrors.IsBusy(arguments.Outcome.Result)),
            MaxRetryAttempts = 12,
            BackoffType = DelayBackoffType.Constant,
            Delay = TimeSpan.FromMilliseconds(1),
        })
        .Build());

    private int writesAtLast;
    private int writesAtCheck;
    private int writesOfQueue = CountWrites(db);
    private int writesOfOthers;
    private int writesAtCut;
    private bool truncateWanted;
    private bool pinned;

    /// <summary>The log's length in pages at the last checkpoint.</summary>
    public int LogPages { get; private set; }

    public bool IsDue => truncateWanted || PagesWritten() - writesAtLast >= PagesBetween;

    /// <summary>Counts what a batch wrote. Called by whoever leads it: no other thread may use the writer's connection.</summary>
    public void CountOwn() => Volatile.Write(ref writesOfQueue, CountWrites(db));

    /// <summary>Counts rows that an application's transaction wrote to the log, each as a page: it does not checkpoint. Any thread may call this.</summary>
    public void CountForeign(int rows) => Interlocked.Add(ref writesOfOthers, rows);

    /// <summary>
    /// Called now and then, on any thread: a queue that wrote since its log was cut, and then nothing since the last call, gets it cut; so does a log that others have
    /// made long. A reader at that moment prevents it; the next call tries again.
    /// </summary>
    /// <returns>True if a checkpoint is wanted.</returns>
    public bool CheckForIdle()
    {
        var written = PagesWritten();
        var isWanted = (written == writesAtCheck && written != writesAtCut) || presence.LogBytes >= longestLog;
        writesAtCheck = written;
        truncateWanted |= isWanted;
        return isWanted;
    }

    /// <summary>Called under the file lock, outside a transaction.</summary>
    public void RunIfDue()
    {
        if (IsDue)
        {
            Run(truncateWanted ? TruncateMode : LogPages >= PagesToRestart ? RestartMode : PassiveMode);
        }
    }

    /// <summary>Before the last connection closes: leaves everything in the main file if there is no other reader.</summary>
    public void RunAtClose() => Run(TruncateMode);

    private void Run(int mode)
    {
        truncateWanted = false;
        if (presence.FindLoss() is not null)
        {
            writesAtLast = PagesWritten();

            // Its log is not the file's any more: what is in it would overwrite what others have written since.
            return;
        }

        if (!TryMark(presence.Log.BeforeCheckpoint))
        {
            return;
        }

        // Busy means that a reader still needs the log: what could be moved was moved, and the next checkpoint tries again.
        int logPages = 0, movedPages = 0;
        FaultPoint.Reach("checkpoint.before");
        var code = mode == RestartMode ? OutlastReaders.Value.Execute(Checkpoint) : Checkpoint();
        FaultPoint.Reach("checkpoint.after");
        if (code != raw.SQLITE_OK && !SqliteErrors.IsBusy(code))
        {
            CheckpointFailed(logger, db.Error(code).Message);
            return;
        }

        if (code == raw.SQLITE_OK && logPages == movedPages)
        {
            TryMark(presence.Log.AfterCompleteCheckpoint);
        }

        if (code == raw.SQLITE_OK && mode == TruncateMode)
        {
            writesAtCut = writesAtLast;
        }

        LogPages = code == raw.SQLITE_OK && mode != PassiveMode ? 0 : Math.Max(0, logPages);
        var isPinned = LogPages >= PagesPinned && movedPages < logPages;
        if (isPinned && !pinned)
        {
            LogPinned(logger, LogPages);
        }

        pinned = isPinned;

        int Checkpoint() => raw.sqlite3_wal_checkpoint_v2(db.Handle, null, mode, out logPages, out movedPages);
    }

    /// <summary>A mark that could not be written is like a checkpoint that failed: the log still has everything.</summary>
    private bool TryMark(Action<WriteConnection> mark)
    {
        try
        {
            mark(db);
            return true;
        }
        catch (QueueStorageException e)
        {
            CheckpointFailed(logger, e.Message);
            return false;
        }
        finally
        {
            CountOwn();
            writesAtLast = PagesWritten();
        }
    }

    private static int CountWrites(WriteConnection db)
    {
        _ = raw.sqlite3_db_status(db.Handle, CacheWrites, out var written, out _, 0);
        return written;
    }

    private int PagesWritten() => Volatile.Read(ref writesOfQueue) + Volatile.Read(ref writesOfOthers);

    [LoggerMessage(100, LogLevel.Warning, "A checkpoint of the queue file failed: {Error}")]
    private static partial void CheckpointFailed(ILogger logger, string error);

    [LoggerMessage(101, LogLevel.Warning, "The write-ahead log has grown to {Pages} pages because a reader keeps an old snapshot open")]
    private static partial void LogPinned(ILogger logger, int pages);
}
