namespace DurableQueue.Worker;

/// <summary>What to tell the queue about an attempt.</summary>
internal abstract record Settlement
{
    /// <param name="reason">Why the handler was told to stop, if it was.</param>
    /// <param name="end">How its call ended; <see langword="null"/> if it has not returned in time.</param>
    /// <param name="task">The task it ran.</param>
    public static Settlement Of(StopReason reason, HandlerEnd? end, LeasedTask task) => Judge(reason, end) switch
    {
        Verdict.LeaseLost or Verdict.Left => new Nothing(),
        Verdict.Succeeded => new Complete(end!.Value.Result),
        Verdict.Routed => new Route(end!.Value.Routing!),
        Verdict.Rejected => new Fail(new TaskFailure(end!.Value.Error!.Message) { Permanent = true, Outcome = TaskOutcome.Rejected }),
        Verdict.Released => new Release((end?.Error as AttemptPutBackException)?.Delay),
        Verdict.Killed => new Fail(Stopped("The task was cancelled while it ran.", end)),
        Verdict.TimedOut => new Fail(Stopped($"The attempt ran longer than its timeout of {task.Timeout}.", end) with { Outcome = TaskOutcome.TimedOut }),
        _ when end?.Error is AttemptFailedException known => new Fail(known.Failure),
        var failed => new Fail(new TaskFailure(end!.Value.Error!.ToString())
        {
            Permanent = failed == Verdict.FailedForGood,
            PauseSchedule = (end.Value.Error as PauseScheduleException)?.Message,
        }),
    };

    /// <param name="reason">Why the handler was told to stop, if it was.</param>
    /// <param name="end">How its call ended; <see langword="null"/> if it has not returned in time.</param>
    public static Verdict Judge(StopReason reason, HandlerEnd? end) => (reason, end) switch
    {
        (StopReason.LeaseLost, _) => Verdict.LeaseLost,
        (_, { Error: null, Routing: not null }) => Verdict.Routed,
        (_, { Error: null }) => Verdict.Succeeded,
        (_, { Error: AttemptLeftException }) => Verdict.Left,
        (_, { Error: AttemptPutBackException }) => Verdict.Released,
        (_, { Error: PermanentTaskException }) => Verdict.FailedForGood,
        (_, { Error: ApprovalRejectedException }) => Verdict.Rejected,

        // Whatever a handler throws after its token fired is taken for a consequence of that: a shutdown must not cost an attempt.
        (StopReason.Shutdown, not { Error: AttemptFailedException }) => Verdict.Released,
        (StopReason.CancelRequested, _) => Verdict.Killed,
        (StopReason.TimedOut, _) => Verdict.TimedOut,
        (_, not null) => Verdict.Failed,
        _ => throw new ArgumentException("A handler that still runs and was not told to stop has nothing to settle.", nameof(end)),
    };

    private static TaskFailure Stopped(string text, HandlerEnd? end) => end?.Error is AttemptFailedException { Failure: var known }
        ? known with { Error = $"{text} {known.Error}" }
        : new TaskFailure(Because(text, end));

    private static string Because(string text, HandlerEnd? end) => end switch
    {
        null => $"{text} The handler did not return in time and may still run.",
        { Error: null or OperationCanceledException } => text,
        { Error: { } error } => $"{text} {error}",
    };

    public sealed record Complete(ReadOnlyMemory<byte> Result) : Settlement;

    public sealed record Fail(TaskFailure Failure) : Settlement;

    public sealed record Route(Routing Routing) : Settlement;

    public sealed record Release(TimeSpan? Delay) : Settlement;

    public sealed record Nothing : Settlement;
}
