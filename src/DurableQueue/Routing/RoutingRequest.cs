namespace DurableQueue;

/// <summary>A task to be routed, and the types it can become.</summary>
public sealed record RoutingRequest
{
    /// <summary>The metadata entry that describes a task to a router.</summary>
    public const string DescriptionMetadataKey = "description";

    /// <summary>The task.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary>
    /// What the task is about, for a model or a rule: its metadata entry <see cref="DescriptionMetadataKey"/>, else its label, else its payload as
    /// text (a JSON string without its quotes); empty if there is none of these.
    /// </summary>
    public required string Description { get; init; }

    /// <summary>Its payload.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Its label.</summary>
    public string? Label { get; init; }

    /// <summary>Its group.</summary>
    public required string Group { get; init; }

    /// <summary>Its metadata; empty if none.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The number of this try, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>The types of the host's handlers and those of <see cref="RouterOptions.Candidates"/>, by name.</summary>
    public required IReadOnlyList<RouteCandidate> Candidates { get; init; }
}
