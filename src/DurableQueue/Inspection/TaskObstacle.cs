namespace DurableQueue;

/// <summary>Why a queued task does not start, beside its holds: what its group, its budgets and the workers say.</summary>
internal enum TaskObstacle
{
    /// <summary>A dependency ended otherwise than it must; the task fails once its group is resumed.</summary>
    Doomed,

    /// <summary>Its group is paused.</summary>
    GroupPaused,

    /// <summary>It is ready, and its group runs as many tasks as it may.</summary>
    GroupFull,

    /// <summary>It is ready, and a budget of its group or its type is used up.</summary>
    BudgetUsedUp,

    /// <summary>No worker takes such tasks.</summary>
    NoWorker,
}
