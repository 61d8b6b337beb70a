using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DurableQueue;

/// <summary>Makes tasks of payloads.</summary>
internal static class TypedTask
{
    /// <param name="queue">Tells types, settings, versions and JSON, if it knows them.</param>
    /// <param name="type">The task type; <see langword="null"/>: the one that the payload's attribute names, else that of its only handler.</param>
    /// <param name="payload">What to write.</param>
    /// <param name="payloadType">What to write it as.</param>
    /// <param name="configure">The caller's settings.</param>
    /// <param name="json">How to write it; <see langword="null"/>: as the queue's handlers read it.</param>
    public static NewTask Create(
        ITaskQueue queue, string? type, object payload, Type payloadType, Func<NewTask, NewTask>? configure, JsonSerializerOptions? json)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return Create(queue as ITaskTypes, type, payload, payloadType, configure, json);
    }

    /// <summary>As above, with what the handlers tell, if anything is known of them.</summary>
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
            // Where the handler is not known, it would be written as JSON, as base64: what is stored must not depend on who enqueues.
            throw new ArgumentException($"The handler of '{type}' takes the stored bytes: give the payload as ReadOnlyMemory<byte>.", nameof(payload));
        }

        var task = new NewTask(type, payload is ReadOnlyMemory<byte> bytes
            ? bytes
            : Write(payload, payloadType, json ?? typed?.Json ?? ContractJson.Default, nameof(payload)));
        task = typed?.WithHandlerSettings(task) ?? task;
        task = configure?.Invoke(task) ?? task;

        // After the caller's settings: metadata of his own must not lose the version.
        return WithVersion(task, typed?.VersionFor(task.Type, payloadType) ?? attribute?.Version ?? 1);
    }

    /// <summary>What fits no overload but those for payloads, and is none.</summary>
    private static string? FindMisuse(object payload, Type type) => payload switch
    {
        NewTask or IEnumerable<NewTask> => "a task, or a sequence of them: give a sequence as a list (ToList()) to enqueue each.",
        Task or ValueTask => "a call that is still running: await it, and give its result.",
        _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>) => "a call that is still running: await it, and give its result.",
        Stream => "a stream: read it, and give its bytes as ReadOnlyMemory<byte>.",
        _ => null,
    };

    private static string FindType(ITaskTypes? typed, Type payload) => typed is not null
        ? typed.TypeFor(payload)
        : throw new ArgumentException(
            $"This queue knows no handlers: take it from the host's services, give {payload} a [TaskType], or name the task type.", nameof(payload));

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

    /// <summary>The arguments of a request, as text.</summary>
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
            throw new ArgumentException($"The {argument} of type {type} cannot be written as JSON: {error.Message}", argument, error);
        }
    }
}
