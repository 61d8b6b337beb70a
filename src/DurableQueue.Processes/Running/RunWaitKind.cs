namespace DurableQueue.Processes.Running;

/// <summary>What a program inside a command waits for, and so what the worker does meanwhile.</summary>
internal enum RunWaitKind
{
    /// <summary>Other tasks, or what workers do: the slots are given back.</summary>
    Tasks,

    /// <summary>A decision of somebody: the slots are given back, and the timeout of the attempt does not count the time.</summary>
    Decision,

    /// <summary>The same, without giving the slots back.</summary>
    DecisionWithSlot,
}
