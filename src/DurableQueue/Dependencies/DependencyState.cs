using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The state of one dependency.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DependencyState>))]
public enum DependencyState
{
    /// <summary>The task that is waited for has not finished.</summary>
    Waiting = 0,

    /// <summary>The task met the condition. This is final: retrying the task doesn't block the dependent again.</summary>
    Satisfied = 1,

    /// <summary>The task ended without meeting the condition.</summary>
    Broken = 2,
}
