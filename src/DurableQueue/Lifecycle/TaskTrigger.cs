namespace DurableQueue.Lifecycle;

/// <summary>What can happen to a stored task.</summary>
internal enum TaskTrigger
{
    Checkout,
    Heartbeat,
    Suspend,
    Resume,
    TakeOver,
    Complete,
    Fail,
    Release,
    Reap,
    Progress,
    Checkpoint,
    Cancel,
    Retry,
    Stash,
    Unstash,
    Approve,
    Reject,
    Edit,
    Swap,
    RunNow,
    BreakDependency,
    Remove,
    Prune,
}
