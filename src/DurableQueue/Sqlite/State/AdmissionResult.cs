using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>Whether a task may start, and the counter that has no room for it if it may not.</summary>
internal readonly record struct AdmissionResult(AdmissionKind Kind, UsageCounter? By);
