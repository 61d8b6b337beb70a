using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace DurableQueue.Mcp.Tools;

/// <summary>What is paused or resumed.</summary>
internal sealed record TasksOrGroups
{
    [Description(Descriptions.Ids)]
    [Length(1, 1_000)]
    public IReadOnlyList<long>? Ids { get; init; }

    [Description("Names of groups.")]
    [Length(1, 1_000)]
    public IReadOnlyList<string>? Groups { get; init; }
}
