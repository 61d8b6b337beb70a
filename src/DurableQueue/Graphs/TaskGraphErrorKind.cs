using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What is wrong with a graph.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskGraphErrorKind>))]
public enum TaskGraphErrorKind
{
    /// <summary>The name is empty, too long, or holds characters that no label may hold.</summary>
    InvalidName = 0,

    /// <summary>Another task of the graph has the name.</summary>
    DuplicateName = 1,

    /// <summary>A setting of the task is out of its limits.</summary>
    InvalidTask = 2,

    /// <summary>It waits for a task that is not in the graph.</summary>
    UnknownDependency = 3,

    /// <summary>It waits for itself.</summary>
    SelfReference = 4,

    /// <summary>It asks one task both to succeed and to fail.</summary>
    Contradiction = 5,

    /// <summary>Tasks wait for each other in a circle.</summary>
    Cycle = 6,

    /// <summary>The graph has more tasks than one enqueue takes, or a task more dependencies than allowed.</summary>
    TooMany = 7,
}
