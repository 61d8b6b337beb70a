using System.Text.Json;

namespace DurableQueue;

/// <summary>Answers questions about the registered handlers, their payloads and their tasks.</summary>
internal interface ITaskTypes
{
    /// <summary>The options with which the handlers read their payloads.</summary>
    JsonSerializerOptions Json { get; }

    /// <summary>The task type registered for a payload type.</summary>
    /// <exception cref="ArgumentException">No task type is registered for it, or several are.</exception>
    string TypeFor(Type payload);

    /// <summary>
    /// The version of a payload that is enqueued for a task type; <see langword="null"/> if the type has no handler with a versioned payload here.
    /// </summary>
    int? VersionFor(string type, Type payload);

    /// <summary>Whether the handler of a task type takes the stored bytes of payloads.</summary>
    bool TakesBytes(string type);

    /// <summary>The types with a handler here, and those that the router may choose, each with what is said about it.</summary>
    IReadOnlyList<(RouteCandidate Type, bool IsHandled)> Described { get; }

    /// <summary>Applies the settings of the task's handler, if it has one here.</summary>
    NewTask WithHandlerSettings(NewTask task);
}
