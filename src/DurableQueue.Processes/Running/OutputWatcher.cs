namespace DurableQueue.Processes.Running;

/// <summary>Decides for one pattern of one attempt what raises a notification.</summary>
internal abstract class OutputWatcher(OutputPattern pattern, PatternProgress progress, WakeRaiser wakes, TimeProvider time)
{
    /// <summary>Output that is never quiet raises a notification after this many times of <see cref="Settle"/>.</summary>
    private const int MostSettles = 10;

    private long pendingSince;

    public OutputPattern Pattern => pattern;

    public PatternProgress Progress => progress;

    /// <summary>It raises no more.</summary>
    public virtual bool IsDone =>
        progress.Raised >= pattern.MaxCount || progress.RaisedBytes >= pattern.MaxBytes || (pattern.Mode == OutputWatchMode.FirstMatch && progress.Raised > 0);

    protected WakeRaiser Wakes => wakes;

    /// <summary>Something is to be raised when the output has been quiet for long enough.</summary>
    protected bool IsPending { get; private set; }

    protected abstract TimeSpan Settle { get; }

    /// <summary>Takes all bytes that the last read gave.</summary>
    public virtual void TakeFresh(WatchedFile file)
    {
    }

    /// <summary>Takes a line of them, also one that has no end yet.</summary>
    public virtual ValueTask TakeAsync(WatchedFile file, OutputLine line) => ValueTask.CompletedTask;

    /// <summary>Raises what is pending if the output has been quiet for long enough, has not been quiet for too long, or is complete.</summary>
    public async ValueTask SettleAsync(TimeSpan quiet, bool atEnd)
    {
        if (IsPending && !IsDone && (atEnd || quiet >= Settle || time.GetElapsedTime(pendingSince) >= Settle * MostSettles))
        {
            IsPending = false;
            await RaisePendingAsync().ConfigureAwait(false);
        }
    }

    protected void BeginPending()
    {
        if (!IsPending)
        {
            IsPending = true;
            pendingSince = time.GetTimestamp();
        }
    }

    protected abstract ValueTask RaisePendingAsync();
}
