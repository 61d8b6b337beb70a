using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace DurableQueue;

/// <summary>Enqueueing payloads as objects, written as JSON, and awaiting results.</summary>
public static class TaskQueueExtensions
{
    /// <summary>
    /// Stores one task whose type is the one that its payload's <see cref="TaskTypeAttribute"/> names, or else the one its payload's handler is
    /// registered for.
    /// </summary>
    /// <typeparam name="TPayload">A payload type with a <see cref="TaskTypeAttribute"/>, or with exactly one handler registered in this host.</typeparam>
    /// <param name="queue">The queue that the host gave out; with the attribute, any queue.</param>
    /// <param name="payload">Written as JSON, as the handler reads it.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="cancellationToken">Works until the writer takes the operation.</param>
    /// <exception cref="ArgumentException">
    /// The payload type has no attribute, and no handler, or more than one, is registered for it; the payload cannot be written, or is a sequence
    /// of tasks that is no list; or a setting is out of its limits.
    /// </exception>
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this ITaskQueue queue, TPayload payload, Func<NewTask, NewTask>? configure = null, CancellationToken cancellationToken = default)
        where TPayload : notnull =>
        queue.EnqueueAsync(TypedTask.Create(queue, null, payload, typeof(TPayload), configure, null), cancellationToken);

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
        ArgumentNullException.ThrowIfNull(type);
        return queue.EnqueueAsync(TypedTask.Create(queue, type, payload, typeof(TPayload), configure, json), cancellationToken);
    }

    /// <summary>
    /// Stores one task inside the application's transaction, as <see cref="ITaskQueue.EnqueueAsync(NewTask, DbTransaction, CancellationToken)"/> does. Its
    /// type is the one that its payload's <see cref="TaskTypeAttribute"/> names, or else the one its payload's handler is registered for.
    /// </summary>
    /// <typeparam name="TPayload">A payload type with a <see cref="TaskTypeAttribute"/>, or with exactly one handler registered in this host.</typeparam>
    /// <param name="queue">The queue that the host gave out; with the attribute, any queue.</param>
    /// <param name="payload">Written as JSON, as the handler reads it.</param>
    /// <param name="transaction">Open, on the queue's store, and of its provider.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="cancellationToken">Read before the first write.</param>
    /// <exception cref="ArgumentException">
    /// The payload type has no attribute, and no handler, or more than one, is registered for it; the payload cannot be written; or as for a
    /// <see cref="NewTask"/>.
    /// </exception>
    [OverloadResolutionPriority(1)] // A text before a transaction is a payload: no transaction is the payload of a type.
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this ITaskQueue queue,
        TPayload payload,
        DbTransaction transaction,
        Func<NewTask, NewTask>? configure = null,
        CancellationToken cancellationToken = default)
        where TPayload : notnull =>
        queue.EnqueueAsync(TypedTask.Create(queue, null, payload, typeof(TPayload), configure, null), transaction, cancellationToken);

    /// <summary>Stores one task of a named type, with its payload as an object, inside the application's transaction.</summary>
    /// <typeparam name="TPayload">Any type that System.Text.Json can write.</typeparam>
    /// <param name="queue">Any queue. From a host, the settings of the type's handler apply, if it has one there.</param>
    /// <param name="type">Stable name of the kind of work; same characters as <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">Written as JSON.</param>
    /// <param name="transaction">Open, on the queue's store, and of its provider.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="json">How to write it; default: as the host's handlers read it, without a host <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <param name="cancellationToken">Read before the first write.</param>
    /// <exception cref="ArgumentException">The payload cannot be written; or as for a <see cref="NewTask"/>.</exception>
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this ITaskQueue queue,
        string type,
        TPayload payload,
        DbTransaction transaction,
        Func<NewTask, NewTask>? configure = null,
        JsonSerializerOptions? json = null,
        CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(type);
        return queue.EnqueueAsync(TypedTask.Create(queue, type, payload, typeof(TPayload), configure, json), transaction, cancellationToken);
    }

    /// <summary>
    /// Makes the task that <see cref="EnqueueAsync{TPayload}(ITaskQueue, TPayload, Func{NewTask, NewTask}?, CancellationToken)"/> would store, and
    /// stores nothing: for lists, which are enqueued in one transaction.
    /// </summary>
    /// <typeparam name="TPayload">A payload type with a <see cref="TaskTypeAttribute"/>, or with exactly one handler registered in this host.</typeparam>
    /// <param name="queue">The queue that the host gave out; with the attribute, any queue.</param>
    /// <param name="payload">Written as JSON, as the handler reads it.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <exception cref="ArgumentException">
    /// The payload type has no attribute, and no handler, or more than one, is registered for it; or the payload cannot be written.
    /// </exception>
    public static NewTask CreateTask<TPayload>(this ITaskQueue queue, TPayload payload, Func<NewTask, NewTask>? configure = null)
        where TPayload : notnull =>
        TypedTask.Create(queue, null, payload, typeof(TPayload), configure, null);

    /// <summary>Makes a task of a named type with its payload as an object, and stores nothing: for lists, which are enqueued in one transaction.</summary>
    /// <typeparam name="TPayload">Any type that System.Text.Json can write.</typeparam>
    /// <param name="queue">Any queue. From a host, the settings of the type's handler apply, if it has one there.</param>
    /// <param name="type">Stable name of the kind of work; same characters as <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">Written as JSON.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="json">How to write it; default: as the host's handlers read it, without a host <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <exception cref="ArgumentException">The payload cannot be written.</exception>
    public static NewTask CreateTask<TPayload>(
        this ITaskQueue queue, string type, TPayload payload, Func<NewTask, NewTask>? configure = null, JsonSerializerOptions? json = null)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(type);
        return TypedTask.Create(queue, type, payload, typeof(TPayload), configure, json);
    }

    /// <summary>Stores one task, its type found as <see cref="EnqueueAsync{TPayload}(ITaskQueue, TPayload, Func{NewTask, NewTask}?, CancellationToken)"/> does, waits for its finish, and gives its result.</summary>
    /// <inheritdoc cref="EnqueueAndWaitAsync{TResult}(ITaskQueue, NewTask, TimeSpan?, CancellationToken)"/>
    /// <param name="queue">The queue that the host gave out; with the attribute, any queue.</param>
    /// <param name="payload">Written as JSON, as the handler reads it.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="timeout">How long to wait, by the queue's clock; default: without end.</param>
    /// <param name="cancellationToken">Ends the waiting; a task that was stored goes on.</param>
    public static Task<TResult?> EnqueueAndWaitAsync<TResult>(
        this ITaskQueue queue,
        object payload,
        Func<NewTask, NewTask>? configure = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(payload);
        var task = TypedTask.Create(queue, null, payload, payload.GetType(), configure, null);
        return queue.EnqueueAndWaitAsync<TResult>(task, timeout, cancellationToken);
    }

    /// <summary>Stores one task of a named type, waits for its finish, and gives its result.</summary>
    /// <inheritdoc cref="EnqueueAndWaitAsync{TResult}(ITaskQueue, NewTask, TimeSpan?, CancellationToken)"/>
    /// <param name="queue">Any queue.</param>
    /// <param name="type">Stable name of the kind of work; same characters as <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">Written as JSON.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="timeout">How long to wait, by the queue's clock; default: without end.</param>
    /// <param name="cancellationToken">Ends the waiting; a task that was stored goes on.</param>
    public static Task<TResult?> EnqueueAndWaitAsync<TResult>(
        this ITaskQueue queue,
        string type,
        object payload,
        Func<NewTask, NewTask>? configure = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(payload);
        var task = TypedTask.Create(queue, type, payload, payload.GetType(), configure, null);
        return queue.EnqueueAndWaitAsync<TResult>(task, timeout, cancellationToken);
    }

    /// <summary>Stores one task, waits for its finish, and gives its result.</summary>
    /// <typeparam name="TResult">What the result's JSON is read as.</typeparam>
    /// <param name="queue">Any queue.</param>
    /// <param name="task">The task.</param>
    /// <param name="timeout">How long to wait, by the queue's clock; default: without end.</param>
    /// <param name="cancellationToken">Ends the waiting; a task that was stored goes on.</param>
    /// <returns>The result; the default value if the handler gave none.</returns>
    /// <remarks>
    /// Not for use inside a handler: it holds the handler's slot while it waits. If this process crashes, the task goes on, and only the waiting
    /// is lost.
    /// </remarks>
    /// <exception cref="ArgumentException">The task cannot be stored: no type is known, the payload cannot be written, a setting is out of its limits.</exception>
    /// <exception cref="TaskFailedException">The task did not succeed; names its outcome and error.</exception>
    /// <exception cref="TimeoutException">The task was not finished in time; it goes on.</exception>
    /// <exception cref="TaskNotFoundException">The task was removed meanwhile.</exception>
    public static async Task<TResult?> EnqueueAndWaitAsync<TResult>(
        this ITaskQueue queue, NewTask task, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var id = await queue.EnqueueAsync(task, cancellationToken).ConfigureAwait(false);
        var summary = await queue.Inspector.WaitAsync(id, new WaitOptions { Timeout = timeout }, cancellationToken).ConfigureAwait(false);
        if (summary.TimedOut)
        {
            throw new TimeoutException($"Task {id} was not finished within {timeout}; it goes on.");
        }

        var info = summary.Tasks.Count == 1 ? summary.Tasks[0] : throw new TaskNotFoundException(id);
        return info.Outcome == TaskOutcome.Succeeded
            ? await queue.Inspector.GetResultAsync<TResult>(id, cancellationToken: cancellationToken).ConfigureAwait(false)
            : throw new TaskFailedException(id, info.Outcome, info.LastError);
    }
}
