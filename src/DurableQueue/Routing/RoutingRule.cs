namespace DurableQueue;

/// <summary>One rule of a <see cref="RuleBasedRouter"/>: it fits a task that has everything it names.</summary>
/// <param name="Type">The type it chooses.</param>
public sealed record RoutingRule(string Type)
{
    /// <summary>A metadata entry that the task must have.</summary>
    public string? MetadataKey { get; init; }

    /// <summary>The value of that entry, compared exactly; <see langword="null"/> means any.</summary>
    public string? MetadataValue { get; init; }

    /// <summary>A regular expression that must be found in <see cref="RoutingRequest.Description"/>; <see langword="null"/> means any.</summary>
    public string? Pattern { get; init; }

    /// <summary>Why, for people; <see langword="null"/> means a sentence about the rule.</summary>
    public string? Reason { get; init; }
}
