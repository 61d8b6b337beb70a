namespace DurableQueue.Worker;

/// <summary>How an attempt ends: what is stored, and which outcome is measured.</summary>
internal abstract record Settlement
{
    /// <param name="reason">Why the handler was asked to stop, if it was.</param>
    /// <param name="result">What the handler returned or threw; <see langword="null"/> if it did not return in time.</param>
    /// <param name="task">The task of the attempt.</param>
    public static Settlement Of(StopReason reason, HandlerResult? result, LeasedTask task) => (reason, result) switch
    {
        (StopReason.LeaseLost, _) => new LeaseLost(),
        (_, { Error: null, Route: { } route }) => new Route(route),
        (_, { Error: null } returned) => new Complete(returned.Value),
        (_, { Error: SettlementException { Settlement: LeaveRunning or Release } decided }) => decided.Settlement,
        (_, { Error: PermanentTaskException error }) => Failed(error, isPermanent: true),
        (_, { Error: ApprovalRejectedException error }) => new Fail(new TaskFailure(error.Message) { Permanent = true, Outcome = TaskOutcome.Rejected }, TaskOutcome.Rejected),

        // Whatever a handler throws after its token was cancelled counts as a consequence of that: a shutdown must not cost an attempt.
        (StopReason.Shutdown, not { Error: SettlementException }) => new Release(null),
        (StopReason.CancelRequested, _) => new Fail(Stopped("The task was cancelled while it ran.", result), TaskOutcome.Killed),
        (StopReason.TimedOut, _) => new Fail(
            Stopped($"The attempt ran longer than its timeout of {task.Timeout}.", result) with { Outcome = TaskOutcome.TimedOut }, TaskOutcome.TimedOut),
        (_, { Error: SettlementException decided }) => decided.Settlement,
        (_, { Error: { } error }) => Failed(error, isPermanent: false),
        _ => throw new ArgumentException("The handler is still running and was not asked to stop: there is nothing to settle.", nameof(result)),
    };

    private static Fail Failed(Exception error, bool isPermanent) =>
        new(new TaskFailure(error.ToString()) { Permanent = isPermanent, PauseSchedule = (error as PauseScheduleException)?.Message });

    private static TaskFailure Stopped(string text, HandlerResult? result) => result?.Error is SettlementException { Settlement: Fail { Failure: var known } }
        ? known with { Error = $"{text} {known.Error}" }
        : new TaskFailure(Because(text, result));

    private static string Because(string text, HandlerResult? result) => result switch
    {
        null => $"{text} The handler did not return in time and may still be running.",
        { Error: null or OperationCanceledException } => text,
        { Error: { } error } => $"{text} {error}",
    };

    public sealed record Complete(ReadOnlyMemory<byte> Result) : Settlement;

    /// <param name="Failure">What is stored.</param>
    /// <param name="Outcome">Failed, TimedOut, Killed or Rejected.</param>
    public sealed record Fail(TaskFailure Failure, TaskOutcome Outcome = TaskOutcome.Failed) : Settlement;

    /// <summary>A router chose the task's type.</summary>
    public sealed record Route(ChosenRoute Chosen) : Settlement;

    /// <summary>The task goes back to the queue, and the attempt isn't charged.</summary>
    public sealed record Release(TimeSpan? Delay) : Settlement;

    /// <summary>The work continues; another worker takes the attempt over.</summary>
    public sealed record LeaveRunning : Settlement;

    /// <summary>Nothing that the handler did counts.</summary>
    public sealed record LeaseLost : Settlement;
}
