namespace DurableQueue.Sqlite;

/// <summary>The place of a task in the order of a walk, as a cursor keeps it.</summary>
/// <param name="Value">Its id, or the number of its finish.</param>
/// <param name="Key">What else the order needs; see <see cref="Queueing.QueryPosition"/>.</param>
internal readonly record struct WalkPlace(long Value, object? Key = null);
