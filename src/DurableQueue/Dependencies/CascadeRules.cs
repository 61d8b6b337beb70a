namespace DurableQueue.Dependencies;

/// <summary>What follows for other tasks from a change of one task, step by step. Nothing here knows how tasks are stored.</summary>
internal static class CascadeRules
{
    /// <summary>The condition that a finished task meets beside <see cref="DependencyCondition.Finished"/>, which every end meets.</summary>
    public static DependencyCondition MetBy(TaskState finished) => finished switch
    {
        TaskState.Done => DependencyCondition.Succeeded,
        TaskState.Failed => DependencyCondition.Failed,
        TaskState.Cancelled => DependencyCondition.Finished,
        _ => throw new ArgumentOutOfRangeException(nameof(finished), finished, "Is not finished."),
    };

    /// <summary>What happens to a task that work of some kind reaches.</summary>
    /// <param name="kind">The work. With <see cref="CascadeKind.Dependents"/>, the task is one whose edge was not satisfied.</param>
    /// <param name="state">The task's state.</param>
    /// <param name="outcome">How it ended, if it has.</param>
    /// <param name="groupPaused">Its group is paused.</param>
    public static CascadeStep StepFor(CascadeKind kind, TaskState state, TaskOutcome outcome, bool groupPaused) => (kind, state) switch
    {
        (CascadeKind.Dependents, TaskState.Queued) => groupPaused ? CascadeStep.Doom : CascadeStep.Fail,
        (CascadeKind.CancelTree, TaskState.Queued) => CascadeStep.Cancel,
        (CascadeKind.CancelTree, TaskState.CheckedOut) => CascadeStep.RequestCancel,
        (CascadeKind.Doomed, TaskState.Queued) => groupPaused ? CascadeStep.Skip : CascadeStep.DecideDependencies,
        (CascadeKind.Unbreak or CascadeKind.ReviveTree, TaskState.Queued) => CascadeStep.DecideDependencies,
        (CascadeKind.ReviveTree, TaskState.Failed) when outcome == TaskOutcome.DependencyFailed => CascadeStep.Revive,
        _ => CascadeStep.Skip,
    };

    /// <summary>The work that a step leaves for those that depend on its task; <see langword="null"/> if none.</summary>
    public static CascadeKind? FollowUpOf(CascadeStep step) => step switch
    {
        CascadeStep.Fail => CascadeKind.Dependents,
        CascadeStep.Cancel or CascadeStep.RequestCancel => CascadeKind.CancelTree,
        CascadeStep.Revive => CascadeKind.ReviveTree,
        _ => null,
    };

    /// <summary>Whether a finished task may be queued again: none of its dependencies is broken, and no other task holds its dedup key.</summary>
    public static bool MayRevive(in DependencyTally dependencies, bool keyIsTaken) => dependencies.Broken is null && !keyIsTaken;

    /// <summary>What becomes of a queued task whose dependencies come to <paramref name="dependencies"/>.</summary>
    public static CascadeStep StepFor(in DependencyTally dependencies, bool groupPaused) => dependencies.Broken is null
        ? CascadeStep.Skip
        : StepFor(CascadeKind.Dependents, TaskState.Queued, TaskOutcome.None, groupPaused);
}
