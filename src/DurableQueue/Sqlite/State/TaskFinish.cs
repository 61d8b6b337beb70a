using DurableQueue.Groups;

namespace DurableQueue.Sqlite;

/// <summary>A task that has just finished.</summary>
/// <param name="Id">The task.</param>
/// <param name="Lane">Its lane.</param>
/// <param name="From">Where it was counted until now.</param>
/// <param name="Dedup">How long it holds its key; <see langword="null"/> if it has none.</param>
/// <param name="Awaited">There may be tasks that depend on it.</param>
/// <param name="State">The finished state.</param>
/// <param name="Outcome">How it ended.</param>
internal readonly record struct TaskFinish(
    TaskId Id, LaneState Lane, CountedAs From, DedupScope? Dedup, bool Awaited, TaskState State, TaskOutcome Outcome);
