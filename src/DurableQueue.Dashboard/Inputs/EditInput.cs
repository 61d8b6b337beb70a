using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue.Dashboard.Inputs;

/// <summary>Changes to a queued task. What is missing stays as it is.</summary>
internal sealed record EditInput
{
    public JsonElement? Payload { get; init; }

    public string? PayloadText { get; init; }

    /// <summary>The command line, if the task is a command.</summary>
    public string? Command { get; init; }

    public string? Group { get; init; }

    /// <summary>Empty removes it.</summary>
    public string? Label { get; init; }

    public int? Priority { get; init; }

    /// <summary>Empty removes the delay.</summary>
    public string? NotBefore { get; init; }

    public int? MaxAttempts { get; init; }

    public IReadOnlyList<long>? After { get; init; }

    [JsonIgnore]
    public bool HasPayload => Payload is not null || PayloadText is not null;

    /// <summary>Everything but the payload and the command.</summary>
    /// <exception cref="InputException">A setting is wrong.</exception>
    public TaskEdit ToEdit() => new()
    {
        Group = Group,
        Label = Label,
        Priority = Priority,
        NotBefore = NotBefore switch { null => null, "" => DateTimeOffset.UnixEpoch, { } time => Time.Read("notBefore", time) },
        MaxAttempts = MaxAttempts,
        After = After is null ? null : [.. After.Select(id => new TaskDependency(new TaskId(id)))],
    };
}
