using System.Text.Json;

namespace DurableQueue;

/// <summary>A queue that knows the handlers registered for it, as the one a host gives out does.</summary>
internal interface ITypedQueue
{
    /// <summary>The queue behind it.</summary>
    ITaskQueue Store { get; }

    /// <summary>How the handlers read their payloads.</summary>
    JsonSerializerOptions Json { get; }

    /// <summary>The task type registered for a payload type.</summary>
    /// <exception cref="ArgumentException">There is none, or more than one.</exception>
    string TypeFor(Type payload);

    /// <summary>The task with the settings of its handler, if it has one here.</summary>
    NewTask WithHandlerSettings(NewTask task);
}
