using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>What the parts of a <see cref="WriteContext"/> share: the connection, the time, and the rows that are kept in memory.</summary>
internal sealed record TransactionState(
    WriteConnection Db, WriteClock Clock, BatchEffects Effects, GroupCache Groups, LaneCache Lanes, QueueCounters Counters, TaskBlocks Blocks, Deadlines Deadlines);
