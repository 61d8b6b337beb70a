namespace DurableQueue.Dependencies;

/// <summary>What a cascade does to one task that it reaches.</summary>
internal enum CascadeStep
{
    /// <summary>The task stays as it is.</summary>
    Skip,

    /// <summary>It fails because a dependency is broken.</summary>
    Fail,

    /// <summary>It would fail, but its group is paused: it stays queued, and is marked.</summary>
    Doom,

    /// <summary>It is cancelled.</summary>
    Cancel,

    /// <summary>It runs: its worker is asked to stop.</summary>
    RequestCancel,

    /// <summary>Its dependencies are compared again with the tasks that it waits for.</summary>
    DecideDependencies,

    /// <summary>It is queued again, unless <see cref="CascadeRules.MayRevive"/> says otherwise.</summary>
    Revive,
}
