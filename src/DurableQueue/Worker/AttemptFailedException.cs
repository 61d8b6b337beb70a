namespace DurableQueue.Worker;

/// <summary>Thrown by a handler that knows how its attempt failed, whatever it was told meanwhile.</summary>
/// <param name="failure">Stored as it is; a timeout or a cancel puts its own reason before the error.</param>
internal sealed class AttemptFailedException(TaskFailure failure) : Exception(failure.Error)
{
    public TaskFailure Failure => failure;
}
