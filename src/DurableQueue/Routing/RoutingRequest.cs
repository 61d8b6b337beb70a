namespace DurableQueue;

/// <summary>A task whose type is to be chosen, and the candidates.</summary>
public sealed record RoutingRequest
{
    /// <summary>The key of the metadata entry that describes a task to a router.</summary>
    public const string DescriptionMetadataKey = "description";

    /// <summary>The id of the task.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary>
    /// A description of the task, for a language model or a rule: its metadata entry <see cref="DescriptionMetadataKey"/>, or else its label, or else
    /// its payload as text (a JSON string without its quotes). Empty if the task has none of these.
    /// </summary>
    public required string Description { get; init; }

    /// <summary>The task's payload.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The task's label.</summary>
    public string? Label { get; init; }

    /// <summary>The task's group.</summary>
    public required string Group { get; init; }

    /// <summary>The task's metadata; empty if none.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The number of this attempt, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>The types of the host's handlers and those of <see cref="RouterOptions.Candidates"/>, ordered by name.</summary>
    public required IReadOnlyList<RouteCandidate> Candidates { get; init; }
}
