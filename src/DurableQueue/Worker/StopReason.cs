namespace DurableQueue.Worker;

/// <summary>Why a handler's token was cancelled.</summary>
internal enum StopReason
{
    None,
    CancelRequested,
    TimedOut,
    Shutdown,
    LeaseLost,
}
