using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DurableQueue;

/// <summary>Creates tasks from payloads.</summary>
internal static class TypedTask
{
    /// <summary>Creates a task from a payload.</summary>
    /// <param name="typed">What is known about the handlers; <see langword="null"/> if nothing is.</param>
    /// <param name="type">The task type; <see langword="null"/> means that of the payload's attribute, or else that of its only handler.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="payloadType">The type that the payload is written as.</param>
    /// <param name="configure">Changes the settings of the task.</param>
    /// <param name="json">How the payload is written; <see langword="null"/> means the options of the handlers.</param>
    public static NewTask Create(
        ITaskTypes? typed, string? type, object payload, Type payloadType, Func<NewTask, NewTask>? configure, JsonSerializerOptions? json)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (FindMisuse(payload, payloadType) is { } misuse)
        {
            throw new ArgumentException($"The payload is {misuse}", nameof(payload));
        }

        var attribute = PayloadAttributes.Find(payloadType);
        type ??= attribute?.Name ?? FindType(typed, payloadType);
        if (payload is byte[] or Memory<byte> && typed?.TakesBytes(type) == true)
        {
            // Where the handler is unknown, the payload would be written as base64 in JSON: what is stored must not depend on the process that enqueues.
            throw new ArgumentException($"The handler of '{type}' takes the stored bytes. Pass the payload as ReadOnlyMemory<byte>.", nameof(payload));
        }

        var task = new NewTask(type, payload is ReadOnlyMemory<byte> bytes
            ? bytes
            : Write(payload, payloadType, json ?? typed?.Json ?? ContractJson.Default, nameof(payload)));
        task = typed?.WithHandlerSettings(task) ?? task;
        task = configure?.Invoke(task) ?? task;

        // After the caller's settings, whose metadata must not drop the version.
        return WithVersion(task, typed?.VersionFor(task.Type, payloadType) ?? attribute?.Version ?? 1);
    }

    /// <summary>Finds arguments that only match an overload for payloads but were not meant as payloads.</summary>
    private static string? FindMisuse(object payload, Type type) => payload switch
    {
        NewTask or IEnumerable<NewTask> => "a task or a sequence of tasks. To enqueue a sequence of tasks, pass a list (ToList()).",
        Task or ValueTask => "a call that is still running. Await it and pass its result.",
        _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>) => "a call that is still running. Await it and pass its result.",
        Stream => "a stream. Read it and pass its bytes as ReadOnlyMemory<byte>.",
        _ => null,
    };

    private static string FindType(ITaskTypes? typed, Type payload) => typed is not null
        ? typed.TypeFor(payload)
        : throw new ArgumentException(
            $"This queue has no handlers. Use the queue of the host's services, give {payload} a [TaskType], or pass the task type.", nameof(payload));

    private static NewTask WithVersion(NewTask task, int version)
    {
        if (version == 1 || task.Metadata?.ContainsKey(TaskTypeAttribute.VersionMetadataKey) == true)
        {
            return task;
        }

        var metadata = task.Metadata is null ? [] : new Dictionary<string, string>(task.Metadata);
        metadata[TaskTypeAttribute.VersionMetadataKey] = version.ToString(CultureInfo.InvariantCulture);
        return task with { Metadata = metadata };
    }

    /// <summary>Writes the arguments of an approval request as JSON text.</summary>
    public static string WriteText(object arguments, Type type, JsonSerializerOptions json) =>
        Encoding.UTF8.GetString(Write(arguments, type, json, nameof(arguments)));

    private static byte[] Write(object value, Type type, JsonSerializerOptions json, string argument)
    {
        try
        {
            return ContractJson.Write(value, type, json);
        }
        catch (Exception error) when (error is NotSupportedException or JsonException or InvalidOperationException)
        {
            throw new ArgumentException($"The {argument} of type {type} cannot be serialized to JSON: {error.Message}", argument, error);
        }
    }
}
