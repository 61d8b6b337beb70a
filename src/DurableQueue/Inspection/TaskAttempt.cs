namespace DurableQueue;

/// <summary>One attempt that did not succeed.</summary>
/// <param name="Attempt">Its number, from 1; starts over after a retry.</param>
/// <param name="Worker">Who ran it.</param>
/// <param name="StartedAt">When it was checked out.</param>
/// <param name="EndedAt">When it failed or was taken back.</param>
/// <param name="Outcome"><see cref="TaskOutcome.Failed"/>, <see cref="TaskOutcome.TimedOut"/>, <see cref="TaskOutcome.Abandoned"/> or <see cref="TaskOutcome.Killed"/>.</param>
/// <param name="Error">What went wrong.</param>
public sealed record TaskAttempt(int Attempt, string Worker, DateTimeOffset StartedAt, DateTimeOffset EndedAt, TaskOutcome Outcome, string Error);
