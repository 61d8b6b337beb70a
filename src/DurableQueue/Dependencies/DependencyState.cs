using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>How one dependency stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DependencyState>))]
public enum DependencyState
{
    /// <summary>The awaited task has not finished.</summary>
    Waiting = 0,

    /// <summary>It ended as asked. Final: retrying it does not block the dependent again.</summary>
    Satisfied = 1,

    /// <summary>It ended otherwise.</summary>
    Broken = 2,
}
