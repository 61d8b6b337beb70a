namespace DurableQueue;

/// <summary>One rule of a <see cref="RuleBasedRouter"/>. It matches tasks that meet all of its conditions.</summary>
/// <param name="Type">The type that it chooses.</param>
public sealed record RoutingRule(string Type)
{
    /// <summary>The key of a metadata entry that the task must have; <see langword="null"/> means none.</summary>
    public string? MetadataKey { get; init; }

    /// <summary>The value of that entry, compared case-sensitively; <see langword="null"/> means any.</summary>
    public string? MetadataValue { get; init; }

    /// <summary>A regular expression that must match in <see cref="RoutingRequest.Description"/>, ignoring case; <see langword="null"/> means none.</summary>
    public string? Pattern { get; init; }

    /// <summary>The reason of the choice, for people; <see langword="null"/> means a sentence that describes the rule.</summary>
    public string? Reason { get; init; }
}
