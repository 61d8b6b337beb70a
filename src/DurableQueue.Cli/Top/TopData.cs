using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Top;

/// <summary>What was read from the queue for one screen.</summary>
internal sealed record TopData
{
    public static readonly TopData Empty = new();

    public IReadOnlyList<GroupInfo> Groups { get; init; } = [];

    /// <summary>In the order in which they are shown. Only those near the screen have their contents and reasons.</summary>
    public IReadOnlyList<TaskView> Tasks { get; init; } = [];


    /// <summary>The number of live workers that run commands.</summary>
    public int Workers { get; init; }

    /// <summary>The failed attempts of the selected task.</summary>
    public IReadOnlyList<TaskAttempt> Attempts { get; init; } = [];

    /// <summary>The pending approval requests of the selected task.</summary>
    public IReadOnlyList<ApprovalInfo> Approvals { get; init; } = [];
}
