namespace DurableQueue;

/// <summary>One failed attempt of a task.</summary>
/// <param name="Attempt">The number of the attempt, from 1. Numbers start again at 1 after the task is retried by hand.</param>
/// <param name="Worker">The worker that ran it.</param>
/// <param name="StartedAt">When it was checked out.</param>
/// <param name="EndedAt">When it failed or was reaped.</param>
/// <param name="Outcome">
/// <see cref="TaskOutcome.Failed"/>, <see cref="TaskOutcome.TimedOut"/>, <see cref="TaskOutcome.Abandoned"/> or <see cref="TaskOutcome.Killed"/>.
/// </param>
/// <param name="Error">The error.</param>
public sealed record TaskAttempt(int Attempt, string Worker, DateTimeOffset StartedAt, DateTimeOffset EndedAt, TaskOutcome Outcome, string Error);
