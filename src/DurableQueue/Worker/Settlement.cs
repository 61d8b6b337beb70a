namespace DurableQueue.Worker;

/// <summary>What to tell the queue about an attempt.</summary>
internal abstract record Settlement
{
    /// <param name="reason">Why the handler was told to stop, if it was.</param>
    /// <param name="end">How its call ended; <see langword="null"/> if it has not returned in time.</param>
    /// <param name="task">The task it ran.</param>
    public static Settlement Of(StopReason reason, HandlerEnd? end, LeasedTask task) => (reason, end) switch
    {
        (StopReason.LeaseLost, _) => new Nothing(),
        (_, { Error: null }) => new Complete(end.Result),
        (_, { Error: PermanentTaskException error }) => new Fail(new TaskFailure(error.ToString()) { Permanent = true }),

        // Whatever a handler throws after its token fired is taken for a consequence of that: a shutdown must not cost an attempt.
        (StopReason.Shutdown, _) => new Release(),
        (StopReason.CancelRequested, _) => new Fail(new TaskFailure(Because("The task was cancelled while it ran.", end))),
        (StopReason.TimedOut, _) => new Fail(
            new TaskFailure(Because($"The attempt ran longer than its timeout of {task.Timeout}.", end)) { Outcome = TaskOutcome.TimedOut }),
        (_, { Error: { } error }) => new Fail(new TaskFailure(error.ToString())),
        _ => throw new ArgumentException("A handler that still runs and was not told to stop has nothing to settle.", nameof(end)),
    };

    private static string Because(string text, HandlerEnd? end) => end switch
    {
        null => $"{text} The handler did not return in time and may still run.",
        { Error: null or OperationCanceledException } => text,
        _ => $"{text} {end.Error}",
    };

    public sealed record Complete(ReadOnlyMemory<byte> Result) : Settlement;

    public sealed record Fail(TaskFailure Failure) : Settlement;

    public sealed record Release : Settlement;

    /// <summary>The lease is lost: whatever the handler did does not count.</summary>
    public sealed record Nothing : Settlement;
}
