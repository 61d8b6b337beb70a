namespace DurableQueue.Lifecycle;

/// <summary>One row of the lifecycle table.</summary>
/// <param name="From">The state it starts in.</param>
/// <param name="Trigger">What happens.</param>
/// <param name="When">Under which condition, for the docs; empty if always.</param>
/// <param name="To">The state it ends in; <see langword="null"/> if the task is deleted.</param>
/// <param name="Outcome">The outcome it ends with, if it is finished by this.</param>
/// <param name="Effects">What else happens in the same transaction, for the docs.</param>
internal sealed record Transition(TaskState From, TaskTrigger Trigger, string When, TaskState? To, TaskOutcome Outcome, string Effects);
