using DurableQueue.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DurableQueue.PostgreSql;

/// <summary>
/// Notices what others have committed, from the first caller that waits on: it listens on a connection of its own, and polls now and then, in case a notification
/// was lost.
/// </summary>
internal sealed partial class CommitListener : IDisposable
{
    private const string SelectStopping = "SELECT id FROM durable_queue.task WHERE state = 1 AND cancel_requested";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Lock sync = new();
    private readonly Database database;
    private readonly QueueSignals signals;
    private readonly Action<TaskId> requestCancel;
    private readonly Func<Task<long?>> readNextDeadline;
    private readonly Func<Task<long>> readChange;
    private readonly string instance;
    private readonly TimeSpan pollInterval;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private Task? listening;

    public CommitListener(
        Database database,
        QueueSignals signals,
        Action<TaskId> requestCancel,
        Func<Task<long?>> readNextDeadline,
        Func<Task<long>> readChange,
        string instance,
        TimeSpan pollInterval,
        ILogger logger)
    {
        this.database = database;
        this.signals = signals;
        this.requestCancel = requestCancel;
        this.readNextDeadline = readNextDeadline;
        this.readChange = readChange;
        this.instance = instance;
        this.pollInterval = pollInterval;
        this.logger = logger;
        signals.Attended += Begin;
    }

    /// <summary>Ends the listening, and waits for it.</summary>
    public void Dispose()
    {
        Task? last;
        lock (sync)
        {
            stopping.Cancel();
            last = listening;
        }

        last?.Wait();
        stopping.Dispose();
    }

    private void Begin()
    {
        lock (sync)
        {
            if (listening is null && !stopping.IsCancellationRequested)
            {
                listening = Task.Run(ListenAsync);
            }
        }
    }

    private async Task ListenAsync()
    {
        var pause = FirstPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(() => pause = FirstPause).ConfigureAwait(false);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (PostgresErrors.IsStorage(e) || e is QueueStorageException or OperationCanceledException)
            {
                ListenerLost(logger, e);

                // Those who wait read for themselves, and meet the error.
                signals.AdvanceAll();
                await PauseAsync(pause).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task ListenOnceAsync(Action isUp)
    {
        var connection = await database.Source.OpenConnectionAsync(stopping.Token).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var told = false;
            connection.Notification += (_, notification) => told |= notification.Payload != instance;
            await connection.RunAsync($"LISTEN \"{CommitNotifier.ChannelOf(database.Sql.Schema)}\"").ConfigureAwait(false);
            isUp();
            try
            {
                // Something may have been committed between the caller's last read and the LISTEN.
                var change = await AnnounceAsync().ConfigureAwait(false);
                while (true)
                {
                    told = false;
                    var woken = await connection.WaitAsync(Jittered(pollInterval), stopping.Token).ConfigureAwait(false);
                    if (told || (!woken && await readChange().ConfigureAwait(false) != change))
                    {
                        change = await AnnounceAsync().ConfigureAwait(false);
                    }
                }
            }
            finally
            {
                if (connection.State == System.Data.ConnectionState.Open)
                {
                    await connection.RunAsync("UNLISTEN *").ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>The deadlines and cancels of another process are not known here yet.</summary>
    /// <returns>How far that was.</returns>
    private async Task<long> AnnounceAsync()
    {
        var change = await readChange().ConfigureAwait(false);
        if (await readNextDeadline().ConfigureAwait(false) is { } next)
        {
            signals.FindDeadline(next);
        }

        if (signals.TellsCancels)
        {
            var ids = await database.ReadAsync(SelectStopping, _ => { }, cells => new TaskId(cells.Long()), CancellationToken.None).ConfigureAwait(false);
            ids.ForEach(requestCancel);
        }

        signals.AdvanceAll();
        return change;
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, TimeProvider.System, stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It was stopped.
        }
    }

    /// <summary>Processes that began together do not poll together.</summary>
    private static TimeSpan Jittered(TimeSpan interval) => interval * (0.8 + (0.4 * Random.Shared.NextDouble()));

    [LoggerMessage(171, LogLevel.Warning, "The connection that listens for commits of other processes was lost; it is opened again")]
    private static partial void ListenerLost(ILogger logger, Exception error);
}
