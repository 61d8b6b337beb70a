using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>How a task must end so that its dependent may run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DependencyCondition>))]
public enum DependencyCondition
{
    /// <summary>The task must end in state <see cref="TaskState.Done"/>.</summary>
    Succeeded = 0,

    /// <summary>The task must end in state <see cref="TaskState.Failed"/>, with any outcome.</summary>
    Failed = 1,

    /// <summary>The task must end in any of the three finished states.</summary>
    Finished = 2,
}
