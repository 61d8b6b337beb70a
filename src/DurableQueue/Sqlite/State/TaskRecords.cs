namespace DurableQueue.Sqlite;

/// <summary>What is stored of tasks beside their own rows, and changes when they move.</summary>
internal sealed record TaskRecords(
    DedupKeys Keys, DependencyEdges Edges, AttemptRecords Attempts, ApprovalRecords Approvals, ScheduleMoves Schedules, ParkedTasks Parked);
