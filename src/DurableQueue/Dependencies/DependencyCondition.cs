using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>How a dependency must end so that the dependent may run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DependencyCondition>))]
public enum DependencyCondition
{
    /// <summary>In state <see cref="TaskState.Done"/>.</summary>
    Succeeded = 0,

    /// <summary>In state <see cref="TaskState.Failed"/>, whatever the outcome.</summary>
    Failed = 1,

    /// <summary>In any of the three finished states.</summary>
    Finished = 2,
}
