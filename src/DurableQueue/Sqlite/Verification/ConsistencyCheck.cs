namespace DurableQueue.Sqlite.Verification;

/// <summary>A question whose answers are stored values that must be otherwise.</summary>
/// <param name="Select">Gives rows of what, where, stored, expected: those of <see cref="QueueFinding"/>.</param>
/// <param name="Fixes">Statements that put it right, in this order; none if that cannot be known. May use <c>@now</c>.</param>
internal sealed record ConsistencyCheck(string Select, params string[] Fixes);
