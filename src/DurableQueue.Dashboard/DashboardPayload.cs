namespace DurableQueue.Dashboard;

/// <summary>A payload, a result or the arguments of an approval, before <see cref="DashboardOptions.Redact"/> decides what of it is shown.</summary>
/// <param name="Queue">The name of the queue.</param>
/// <param name="TaskType">The type of the task.</param>
/// <param name="Kind">Which of the task's data it is.</param>
/// <param name="Text">The data. Values of environment variables of a command have already been replaced.</param>
public sealed record DashboardPayload(string Queue, string TaskType, DashboardPayloadKind Kind, string Text);
