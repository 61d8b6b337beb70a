namespace DurableQueue.Testing;

/// <summary>What an attempt waits for that gave its slot back, or that asked people.</summary>
/// <param name="waiting">Its task.</param>
/// <param name="isOver">Reads whether what it waits for has come.</param>
/// <param name="left">How long it waits at most from now; <see langword="null"/>: without end, or until a time that is stored.</param>
/// <param name="stop">Ends the wait.</param>
internal sealed class OpenWait(TaskId waiting, Func<CancellationToken, ValueTask<bool>> isOver, Func<TimeSpan?> left, CancellationToken stop)
{
    public TaskId Waiting => waiting;

    public TimeSpan? Left => left();

    /// <summary>It is for people: the timeout of the attempt does not count it.</summary>
    public bool IsForDecision { get; init; }

    /// <summary>Whether the wait is over as things stand; it may only not have noticed yet.</summary>
    public async ValueTask<bool> IsOverAsync(ITaskInspector inspector, CancellationToken cancellationToken)
    {
        try
        {
            // A cancel is on record before the handler's token fires.
            return stop.IsCancellationRequested
                || await inspector.GetAsync(waiting, cancellationToken).ConfigureAwait(false) is { CancelRequested: true }
                || await isOver(cancellationToken).ConfigureAwait(false);
        }
        catch (TaskNotFoundException)
        {
            // It was removed: nothing to wait for.
            return true;
        }
    }
}
