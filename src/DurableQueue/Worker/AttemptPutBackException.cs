namespace DurableQueue.Worker;

/// <summary>Thrown by a handler that could not begin, for a reason that has nothing to do with its task: no attempt is used up.</summary>
/// <param name="delay">Until it may be checked out again.</param>
/// <param name="reason">What was in the way.</param>
internal sealed class AttemptPutBackException(TimeSpan delay, string reason) : Exception(reason)
{
    public TimeSpan Delay => delay;
}
