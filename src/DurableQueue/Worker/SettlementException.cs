namespace DurableQueue.Worker;

/// <summary>Thrown by a handler that decides how its attempt is settled.</summary>
internal sealed class SettlementException : Exception
{
    private SettlementException(Settlement settlement, string message)
        : base(message) => Settlement = settlement;

    public Settlement Settlement { get; }

    /// <summary>The attempt failed, even if the handler was asked to stop meanwhile.</summary>
    /// <param name="failure">Stored unchanged, except that a timeout or a cancel puts its own reason before the error.</param>
    public static SettlementException Failed(TaskFailure failure) => new(new Settlement.Fail(failure), failure.Error);

    /// <summary>The work could not start, for a reason that has nothing to do with the task: the attempt isn't charged.</summary>
    /// <param name="delay">How long the task can't be checked out again.</param>
    /// <param name="reason">What was in the way.</param>
    public static SettlementException PutBack(TimeSpan delay, string reason) => new(new Settlement.Release(delay), reason);

    /// <summary>The work continues without its handler: the attempt stays unsettled until another worker takes it over.</summary>
    public static SettlementException LeftRunning() => new(new Settlement.LeaveRunning(), "The attempt was left running, to be taken over.");
}
