using DurableQueue.Groups;

namespace DurableQueue.Sqlite;

/// <summary>A lane as it is stored; <see cref="HeadTask"/> is 0 if no task is ready.</summary>
internal readonly record struct LaneRow(
    long Id, long GroupId, long TypeId, string Type, Urgency Urgency, bool Runnable, long HeadTask, long HeadRank, long HeadPosition);
