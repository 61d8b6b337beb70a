using DurableQueue.Queueing;

namespace DurableQueue.Mcp.Tools;

/// <summary>What a wait is for.</summary>
/// <param name="Selection">What was named, if it was not ids: it covers also tasks that are added meanwhile.</param>
/// <param name="Covered">The tasks at the start.</param>
/// <param name="From">The first finish that is not in them.</param>
internal sealed record WaitTarget(TaskSelection? Selection, Dictionary<TaskId, TaskInfo> Covered, long From);
