using System.Text.Json;

namespace DurableQueue;

/// <summary>Enqueueing payloads as objects, written as JSON.</summary>
public static class TaskQueueExtensions
{
    /// <summary>Stores one task whose type is the one its payload's handler is registered for.</summary>
    /// <typeparam name="TPayload">A payload type with exactly one handler registered in this host.</typeparam>
    /// <param name="queue">The queue that the host gave out.</param>
    /// <param name="payload">Written as JSON, as the handler reads it.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="ArgumentException">
    /// No handler, or more than one, is registered for the payload type; the payload cannot be written; or a setting is out of its limits.
    /// </exception>
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this ITaskQueue queue, TPayload payload, Func<NewTask, NewTask>? configure = null, CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        return EnqueueAsync(queue, TypeFor<TPayload>(queue), payload, configure, null, cancellationToken);
    }

    /// <summary>Stores one task of a named type.</summary>
    /// <typeparam name="TPayload">Any type that System.Text.Json can write.</typeparam>
    /// <param name="queue">Any queue. From a host, the settings of the type's handler apply, if it has one there.</param>
    /// <param name="type">Stable name of the kind of work; same characters as <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">Written as JSON.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="json">How to write it; default: as the host's handlers read it, without a host <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="ArgumentException">The payload cannot be written, or a setting is out of its limits.</exception>
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this ITaskQueue queue,
        string type,
        TPayload payload,
        Func<NewTask, NewTask>? configure = null,
        JsonSerializerOptions? json = null,
        CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        var task = ToTask(queue, type, payload, configure, json);
        return queue.EnqueueAsync(task, cancellationToken);
    }

    /// <summary>The task type that the host's handlers have for a payload type.</summary>
    internal static string TypeFor<TPayload>(ITaskQueue queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return queue is ITypedQueue typed
            ? typed.TypeFor(typeof(TPayload))
            : throw new ArgumentException("This queue knows no handlers: take it from the host's services, or name the task type.", nameof(queue));
    }

    /// <summary>The task that a typed enqueue stores.</summary>
    internal static NewTask ToTask<TPayload>(
        ITaskQueue queue, string type, TPayload payload, Func<NewTask, NewTask>? configure, JsonSerializerOptions? json)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(payload);
        var typed = queue as ITypedQueue;
        var task = new NewTask(type, Write(payload, json ?? typed?.Json ?? JsonSerializerOptions.Web));
        task = typed?.WithHandlerSettings(task) ?? task;
        return configure?.Invoke(task) ?? task;
    }

    private static byte[] Write<TPayload>(TPayload payload, JsonSerializerOptions json)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(payload, json);
        }
        catch (Exception error) when (error is NotSupportedException or JsonException or InvalidOperationException)
        {
            throw new ArgumentException($"The payload of type {typeof(TPayload)} cannot be written as JSON: {error.Message}", nameof(payload), error);
        }
    }
}
