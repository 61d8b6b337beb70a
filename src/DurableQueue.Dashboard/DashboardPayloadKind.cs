namespace DurableQueue.Dashboard;

/// <summary>Which of a task's data a <see cref="DashboardPayload"/> is.</summary>
public enum DashboardPayloadKind
{
    /// <summary>The payload of a task.</summary>
    Payload,

    /// <summary>The result of a task.</summary>
    Result,

    /// <summary>The arguments of an approval request.</summary>
    ApprovalArguments,
}
