namespace DurableQueue.Worker;

/// <summary>What the end of a handler's call comes to: the one rule for what is stored and for what is measured.</summary>
internal enum Verdict
{
    /// <summary>The lease is lost: whatever the handler did does not count.</summary>
    LeaseLost,

    /// <summary>The work goes on; another worker takes the attempt over.</summary>
    Left,
    Succeeded,
    FailedForGood,

    /// <summary>An approval that it asked for was refused.</summary>
    Rejected,

    /// <summary>A router chose the task's type.</summary>
    Routed,
    Released,
    Killed,
    TimedOut,
    Failed,
}
