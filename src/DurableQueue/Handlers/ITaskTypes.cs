using System.Text.Json;

namespace DurableQueue;

/// <summary>What the registered handlers tell about payloads and their tasks.</summary>
internal interface ITaskTypes
{
    /// <summary>How the handlers read their payloads.</summary>
    JsonSerializerOptions Json { get; }

    /// <summary>The task type registered for a payload type.</summary>
    /// <exception cref="ArgumentException">There is none, or more than one.</exception>
    string TypeFor(Type payload);

    /// <summary>The version of a payload that is enqueued for a task type; <see langword="null"/> if the type has no handler here that asks for it.</summary>
    int? VersionFor(string type, Type payload);

    /// <summary>Whether the handler of a task type takes payloads byte for byte.</summary>
    bool TakesBytes(string type);

    /// <summary>The task with the settings of its handler, if it has one here.</summary>
    NewTask WithHandlerSettings(NewTask task);
}
