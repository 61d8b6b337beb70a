namespace DurableQueue.Testing;

/// <summary>What an attempt waits for that gave its slot back, or that asked people.</summary>
/// <param name="waiting">Its task.</param>
/// <param name="isOver">Looks whether what it waits for has come.</param>
/// <param name="left">How long it waits at most from now; <see langword="null"/>: without end, or until a time that is stored.</param>
/// <param name="stop">Ends the wait.</param>
internal sealed class OpenWait(TaskId waiting, Func<CancellationToken, ValueTask<bool>> isOver, Func<TimeSpan?> left, CancellationToken stop)
{
    public TaskId Waiting => waiting;

    public TimeSpan? Left => left();

    /// <summary>It is for people: the timeout of the attempt does not count it.</summary>
    public bool IsForDecision { get; private init; }

    /// <summary>Other tasks, for so long and for so much.</summary>
    public static OpenWait ForTasks(
        ITaskInspector inspector, TaskId waiting, IReadOnlyList<TaskId> ids, WaitOptions? options, TimeProvider time, CancellationToken stop)
    {
        var begun = time.GetTimestamp();
        return new(
            waiting,
            async token =>
            {
                var now = (options ?? new WaitOptions()) with { Timeout = TimeSpan.Zero };
                return Left() <= TimeSpan.Zero || !(await inspector.WaitAsync(TaskSelector.ByIds(ids), now, token).ConfigureAwait(false)).TimedOut;
            },
            Left,
            stop);

        TimeSpan? Left() => options?.Timeout - time.GetElapsedTime(begun);
    }

    /// <summary>A decision on a request.</summary>
    public static OpenWait ForDecision(ITaskApprovals approvals, TaskId waiting, ApprovalId id, TimeProvider time, CancellationToken stop) =>
        new(
            waiting,
            async token =>
                await approvals.GetAsync(id, token).ConfigureAwait(false) is not { Status: ApprovalStatus.Pending } request
                || request.ExpiresAt <= time.GetUtcNow(),
            () => null,
            stop)
        {
            IsForDecision = true,
        };

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
