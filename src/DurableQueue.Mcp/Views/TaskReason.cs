using System.ComponentModel;

namespace DurableQueue.Mcp.Views;

/// <summary>Why a queued task does not run.</summary>
internal sealed record TaskReason
{
    [Description("approval, stashed, dependencies, not-before, budget, group-paused, group-full, no-worker or doomed; queue_list finds such tasks with status=<reason>.")]
    public required string Reason { get; init; }

    [Description("When it ends, if that is known.")]
    public string? Until { get; init; }

    [Description("What to do about it.")]
    public string? Advice { get; init; }
}
