using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The kinds of errors in a graph.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskGraphErrorKind>))]
public enum TaskGraphErrorKind
{
    /// <summary>The name of a task is empty, too long, or contains characters that labels can't contain.</summary>
    InvalidName = 0,

    /// <summary>Two tasks have the same name.</summary>
    DuplicateName = 1,

    /// <summary>A setting of a task is out of range.</summary>
    InvalidTask = 2,

    /// <summary>A task depends on a task that is not in the graph.</summary>
    UnknownDependency = 3,

    /// <summary>A task depends on itself.</summary>
    SelfReference = 4,

    /// <summary>A task requires another task both to succeed and to fail.</summary>
    Contradiction = 5,

    /// <summary>Tasks depend on each other in a cycle.</summary>
    Cycle = 6,

    /// <summary>The graph has too many tasks for one enqueue, or a task has too many dependencies.</summary>
    TooMany = 7,
}
