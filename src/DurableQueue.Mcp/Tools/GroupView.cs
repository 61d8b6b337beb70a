using System.ComponentModel;

namespace DurableQueue.Mcp.Tools;

/// <summary>A group, as results show it.</summary>
internal sealed record GroupView
{
    public required string Name { get; init; }

    [Description("How many of its tasks run at once; 0 means no limit.")]
    public required int Limit { get; init; }

    public required bool Paused { get; init; }

    [Description("Whether it is paused when one of its tasks fails for good.")]
    public required bool PauseOnFailure { get; init; }

    public required int Running { get; init; }

    public required long Queued { get; init; }

    public required long Done { get; init; }

    public required long Failed { get; init; }

    public required long Cancelled { get; init; }

    public static GroupView Of(GroupInfo group) => new()
    {
        Name = group.Name,
        Limit = group.Parallelism,
        Paused = group.Paused,
        PauseOnFailure = group.PauseOnFailure,
        Running = group.Running,
        Queued = group.Counts.Queued,
        Done = group.Counts.Done,
        Failed = group.Counts.Failed,
        Cancelled = group.Counts.Cancelled,
    };
}
