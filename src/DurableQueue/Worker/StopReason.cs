namespace DurableQueue.Worker;

/// <summary>Why a handler's token fired.</summary>
internal enum StopReason
{
    None,
    CancelRequested,
    TimedOut,
    Shutdown,
    LeaseLost,
}
