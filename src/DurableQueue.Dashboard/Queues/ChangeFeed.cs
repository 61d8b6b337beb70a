namespace DurableQueue.Dashboard.Queues;

/// <summary>
/// Tells all event streams of a queue about changes. It watches the queue once for all of them, and only while there is one. Whoever is slow gets the
/// latest notice instead of all: a notice is a hint, not a change.
/// </summary>
#pragma warning disable CA1001 // A source without a timer has nothing to dispose of, and may be cancelled late.
internal sealed class ChangeFeed(ITaskQueue queue)
#pragma warning restore CA1001
{
    /// <summary>At most four a second.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock sync = new();
    private CancellationTokenSource? stop;
    private int streams;
    private long change = 1;
    private Notified next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether changes by others are noticed: while there is a stream.</summary>
    public bool IsLive
    {
        get
        {
            lock (sync)
            {
                return stop is not null;
            }
        }
    }

    /// <summary>Rises when something is known to have changed.</summary>
    public long Change => Interlocked.Read(ref change);

    /// <summary>Something was changed from here: answers that were read before are old.</summary>
    public void MarkChanged() => Interlocked.Increment(ref change);

    /// <summary>Adds a stream until the result is disposed of.</summary>
    public IDisposable Open()
    {
        lock (sync)
        {
            streams++;
            if (stop is null)
            {
                // The first one, or the first after the watch failed.
                stop = new CancellationTokenSource();
                next = new Notified(TaskCreationOptions.RunContinuationsAsynchronously);
                Latest = null;
                _ = WatchAsync(stop);
            }

            return new OpenStream(this);
        }
    }

    /// <summary>Waits for the next notice. One that comes between two calls is not lost if both pass on what the first returned.</summary>
    /// <param name="seen">The number of the last notice.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="null"/> if the queue cannot be watched any more.</returns>
    public async Task<ChangeNotice?> NextAsync(long seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            Notified waiting;
            lock (sync)
            {
                if (Latest is { } latest && latest.Change > seen)
                {
                    return latest;
                }

                waiting = next;
            }

            if (!await waiting.Task.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    private ChangeNotice? Latest { get; set; }

    private async Task WatchAsync(CancellationTokenSource own)
    {
        var token = own.Token;
        try
        {
            await NotifyAsync(token).ConfigureAwait(false);
            await foreach (var _ in queue.Inspector.WatchChangesAsync(Interval, token).ConfigureAwait(false))
            {
                await NotifyAsync(token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The last stream has ended.
        }
        catch (Exception e) when (e is DurableQueueException or ObjectDisposedException)
        {
            // The streams end; the page asks again, and is told then what is wrong.
            lock (sync)
            {
                if (stop == own)
                {
                    stop = null;
                    next.TrySetResult(false);
                }
            }
        }
    }

    private async Task NotifyAsync(CancellationToken cancellationToken)
    {
        var now = Interlocked.Increment(ref change);
        var counts = await queue.Inspector.CountAsync(cancellationToken).ConfigureAwait(false);
        lock (sync)
        {
            Latest = new ChangeNotice(now, counts);
            var told = next;
            next = new Notified(TaskCreationOptions.RunContinuationsAsynchronously);
            told.TrySetResult(true);
        }
    }

    private void Close()
    {
        CancellationTokenSource? ended = null;
        lock (sync)
        {
            if (--streams == 0)
            {
                (ended, stop) = (stop, null);
            }
        }

        ended?.Cancel();
    }

    private sealed class Notified(TaskCreationOptions options) : TaskCompletionSource<bool>(options);

    private sealed class OpenStream(ChangeFeed feed) : IDisposable
    {
        private int closed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref closed, 1) == 0)
            {
                feed.Close();
            }
        }
    }
}
