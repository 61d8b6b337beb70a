namespace DurableQueue.Lifecycle;

/// <summary>Where an attempt that did not complete leads.</summary>
internal readonly record struct AttemptEnd(TaskState State, TaskOutcome Outcome);
