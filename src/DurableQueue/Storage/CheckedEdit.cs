namespace DurableQueue.Storage;

/// <summary>A change of a queued task after validation.</summary>
/// <param name="Edit">As it was given.</param>
/// <param name="After">The dependencies that take the place of the old ones; <see langword="null"/>: those stay.</param>
/// <param name="NotBeforeMs">The time that takes the place of the old one; <see langword="null"/>: that stays.</param>
internal sealed record CheckedEdit(TaskEdit Edit, IReadOnlyList<AwaitedTask>? After, long? NotBeforeMs);
