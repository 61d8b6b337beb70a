using System.ComponentModel;
using DurableQueue.Mcp.Calls;

namespace DurableQueue.Mcp.Tools;

/// <summary>What is paused or resumed.</summary>
internal sealed record TasksOrGroups
{
    [Description(Descriptions.Ids)]
    [ItemCount(1, 1_000)]
    public IReadOnlyList<long>? Ids { get; init; }

    [Description("Names of groups.")]
    [ItemCount(1, 1_000)]
    public IReadOnlyList<string>? Groups { get; init; }
}
