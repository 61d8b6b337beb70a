namespace DurableQueue.Dependencies;

/// <summary>Work that one change of state leaves for other tasks. The numbers are stored.</summary>
internal enum CascadeKind
{
    /// <summary>The subject finished: release or fail those that wait for it.</summary>
    Dependents = 0,

    /// <summary>The subject was cancelled with its tree: cancel those that depend on it.</summary>
    CancelTree = 1,

    /// <summary>The subject is a group that was resumed: fail its doomed tasks.</summary>
    Doomed = 2,

    /// <summary>The subject was retried: unfinished tasks that it had broken wait for it again.</summary>
    Unbreak = 3,

    /// <summary>As <see cref="Unbreak"/>, and bring back those that failed because of it.</summary>
    ReviveTree = 4,
}
