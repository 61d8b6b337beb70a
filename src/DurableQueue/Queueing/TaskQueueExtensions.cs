using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace DurableQueue;

/// <summary>Enqueues payloads as objects, which are written as JSON, and waits for results.</summary>
public static class TaskQueueExtensions
{
    /// <summary>
    /// Enqueues one task. Its type comes from the <see cref="TaskTypeAttribute"/> of the payload type, or else from the handler that is registered for the
    /// payload type.
    /// </summary>
    /// <typeparam name="TPayload">A payload type with a <see cref="TaskTypeAttribute"/>, or with exactly one handler registered in this host.</typeparam>
    /// <param name="queue">The queue of a host; or any queue, if the payload type has the attribute.</param>
    /// <param name="payload">The payload, which is written as JSON in the way the handler reads it.</param>
    /// <param name="configure">Changes the settings of the task, after those of <see cref="HandlerOptions"/> were applied.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">
    /// The payload type has no attribute, and no handler or several handlers are registered for it; the payload can't be serialized, or is a sequence of
    /// tasks that isn't a list; or a setting is out of range.
    /// </exception>
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this ITaskQueue queue, TPayload payload, Func<NewTask, NewTask>? configure = null, CancellationToken cancellationToken = default)
        where TPayload : notnull =>
        queue.EnqueueAsync(TypedTask.Create(TypesOf(queue), null, payload, typeof(TPayload), configure, null), cancellationToken);

    /// <summary>Enqueues one task of the given type.</summary>
    /// <typeparam name="TPayload">Any type that System.Text.Json can serialize.</typeparam>
    /// <param name="queue">Any queue. If it is the queue of a host that has a handler for the type, the settings of that handler apply.</param>
    /// <param name="type">The task type, as in <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">The payload, which is written as JSON.</param>
    /// <param name="configure">Changes the settings of the task, after those of <see cref="HandlerOptions"/> were applied.</param>
    /// <param name="json">
    /// How the payload is written. The default is the JSON options of the host, or <see cref="JsonSerializerOptions.Web"/> without a host.
    /// </param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">The payload can't be serialized, or a setting is out of range.</exception>
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
        return queue.EnqueueAsync(TypedTask.Create(TypesOf(queue), type, payload, typeof(TPayload), configure, json), cancellationToken);
    }

    /// <summary>
    /// Enqueues one task inside a transaction of the application, like <see cref="ITaskQueue.EnqueueAsync(NewTask, DbTransaction, CancellationToken)"/>. Its
    /// type comes from the <see cref="TaskTypeAttribute"/> of the payload type, or else from the handler that is registered for the payload type.
    /// </summary>
    /// <typeparam name="TPayload">A payload type with a <see cref="TaskTypeAttribute"/>, or with exactly one handler registered in this host.</typeparam>
    /// <param name="queue">The queue of a host; or any queue, if the payload type has the attribute.</param>
    /// <param name="payload">The payload, which is written as JSON in the way the handler reads it.</param>
    /// <param name="transaction">An open transaction on the queue's store, of the store's ADO.NET provider.</param>
    /// <param name="configure">Changes the settings of the task, after those of <see cref="HandlerOptions"/> were applied.</param>
    /// <param name="cancellationToken">Checked before the first write.</param>
    /// <exception cref="ArgumentException">
    /// The payload type has no attribute, and no handler or several handlers are registered for it; the payload can't be serialized; a setting is out of
    /// range; or the transaction has ended, belongs to another store, or is of another provider.
    /// </exception>
    [OverloadResolutionPriority(1)] // A string before a transaction is a payload, because a transaction never is one.
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this ITaskQueue queue,
        TPayload payload,
        DbTransaction transaction,
        Func<NewTask, NewTask>? configure = null,
        CancellationToken cancellationToken = default)
        where TPayload : notnull =>
        queue.EnqueueAsync(TypedTask.Create(TypesOf(queue), null, payload, typeof(TPayload), configure, null), transaction, cancellationToken);

    /// <summary>Enqueues one task of the given type inside a transaction of the application.</summary>
    /// <typeparam name="TPayload">Any type that System.Text.Json can serialize.</typeparam>
    /// <param name="queue">Any queue. If it is the queue of a host that has a handler for the type, the settings of that handler apply.</param>
    /// <param name="type">The task type, as in <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">The payload, which is written as JSON.</param>
    /// <param name="transaction">An open transaction on the queue's store, of the store's ADO.NET provider.</param>
    /// <param name="configure">Changes the settings of the task, after those of <see cref="HandlerOptions"/> were applied.</param>
    /// <param name="json">
    /// How the payload is written. The default is the JSON options of the host, or <see cref="JsonSerializerOptions.Web"/> without a host.
    /// </param>
    /// <param name="cancellationToken">Checked before the first write.</param>
    /// <exception cref="ArgumentException">
    /// The payload can't be serialized; a setting is out of range; or the transaction has ended, belongs to another store, or is of another provider.
    /// </exception>
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
        return queue.EnqueueAsync(TypedTask.Create(TypesOf(queue), type, payload, typeof(TPayload), configure, json), transaction, cancellationToken);
    }

    /// <summary>
    /// Creates the task that <see cref="EnqueueAsync{TPayload}(ITaskQueue, TPayload, Func{NewTask, NewTask}?, CancellationToken)"/> would enqueue, without
    /// enqueueing it. Use it to enqueue a list of tasks in one transaction.
    /// </summary>
    /// <typeparam name="TPayload">A payload type with a <see cref="TaskTypeAttribute"/>, or with exactly one handler registered in this host.</typeparam>
    /// <param name="queue">The queue of a host; or any queue, if the payload type has the attribute.</param>
    /// <param name="payload">The payload, which is written as JSON in the way the handler reads it.</param>
    /// <param name="configure">Changes the settings of the task, after those of <see cref="HandlerOptions"/> were applied.</param>
    /// <exception cref="ArgumentException">
    /// The payload type has no attribute, and no handler or several handlers are registered for it; or the payload can't be serialized.
    /// </exception>
    public static NewTask CreateTask<TPayload>(this ITaskQueue queue, TPayload payload, Func<NewTask, NewTask>? configure = null)
        where TPayload : notnull =>
        TypedTask.Create(TypesOf(queue), null, payload, typeof(TPayload), configure, null);

    /// <summary>Creates a task of the given type without enqueueing it. Use it to enqueue a list of tasks in one transaction.</summary>
    /// <typeparam name="TPayload">Any type that System.Text.Json can serialize.</typeparam>
    /// <param name="queue">Any queue. If it is the queue of a host that has a handler for the type, the settings of that handler apply.</param>
    /// <param name="type">The task type, as in <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">The payload, which is written as JSON.</param>
    /// <param name="configure">Changes the settings of the task, after those of <see cref="HandlerOptions"/> were applied.</param>
    /// <param name="json">
    /// How the payload is written. The default is the JSON options of the host, or <see cref="JsonSerializerOptions.Web"/> without a host.
    /// </param>
    /// <exception cref="ArgumentException">The payload can't be serialized.</exception>
    public static NewTask CreateTask<TPayload>(
        this ITaskQueue queue, string type, TPayload payload, Func<NewTask, NewTask>? configure = null, JsonSerializerOptions? json = null)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(type);
        return TypedTask.Create(TypesOf(queue), type, payload, typeof(TPayload), configure, json);
    }

    /// <summary>
    /// Enqueues one task like <see cref="EnqueueAsync{TPayload}(ITaskQueue, TPayload, Func{NewTask, NewTask}?, CancellationToken)"/>, waits until it has
    /// finished, and returns its result.
    /// </summary>
    /// <inheritdoc cref="EnqueueAndWaitAsync{TResult}(ITaskQueue, NewTask, TimeSpan?, CancellationToken)"/>
    /// <param name="queue">The queue of a host; or any queue, if the payload type has the attribute.</param>
    /// <param name="payload">The payload, which is written as JSON in the way the handler reads it.</param>
    /// <param name="configure">Changes the settings of the task, after those of <see cref="HandlerOptions"/> were applied.</param>
    /// <param name="timeout">How long to wait, by the queue's clock. <see langword="null"/> means no limit.</param>
    /// <param name="cancellationToken">Ends the wait. A task that was already enqueued continues.</param>
    public static Task<TResult?> EnqueueAndWaitAsync<TResult>(
        this ITaskQueue queue,
        object payload,
        Func<NewTask, NewTask>? configure = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(payload);
        var task = TypedTask.Create(TypesOf(queue), null, payload, payload.GetType(), configure, null);
        return queue.EnqueueAndWaitAsync<TResult>(task, timeout, cancellationToken);
    }

    /// <summary>Enqueues one task of the given type, waits until it has finished, and returns its result.</summary>
    /// <inheritdoc cref="EnqueueAndWaitAsync{TResult}(ITaskQueue, NewTask, TimeSpan?, CancellationToken)"/>
    /// <param name="queue">Any queue.</param>
    /// <param name="type">Stable name of the kind of work; same characters as <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">Written as JSON.</param>
    /// <param name="configure">Changes the settings of the task, after those of <see cref="HandlerOptions"/> were applied.</param>
    /// <param name="timeout">How long to wait, by the queue's clock. <see langword="null"/> means no limit.</param>
    /// <param name="cancellationToken">Ends the wait. A task that was already enqueued continues.</param>
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
        var task = TypedTask.Create(TypesOf(queue), type, payload, payload.GetType(), configure, null);
        return queue.EnqueueAndWaitAsync<TResult>(task, timeout, cancellationToken);
    }

    /// <summary>Enqueues one task, waits until it has finished, and returns its result.</summary>
    /// <typeparam name="TResult">The type that the result is deserialized to.</typeparam>
    /// <param name="queue">Any queue.</param>
    /// <param name="task">The task.</param>
    /// <param name="timeout">How long to wait, by the queue's clock. <see langword="null"/> means no limit.</param>
    /// <param name="cancellationToken">Ends the wait. A task that was already enqueued continues.</param>
    /// <returns>The result; the default value if the handler returned none.</returns>
    /// <remarks>
    /// Don't use it inside a handler: the handler would hold its slot while it waits. If this process crashes, the task continues, and only the wait is
    /// lost.
    /// </remarks>
    /// <exception cref="ArgumentException">The type of the task is unknown, the payload can't be serialized, or a setting is out of range.</exception>
    /// <exception cref="TaskFailedException">The task did not succeed. The exception has its outcome and its error.</exception>
    /// <exception cref="TimeoutException">The task did not finish in time. It continues.</exception>
    /// <exception cref="TaskNotFoundException">The task was removed during the wait.</exception>
    public static async Task<TResult?> EnqueueAndWaitAsync<TResult>(
        this ITaskQueue queue, NewTask task, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var id = await queue.EnqueueAsync(task, cancellationToken).ConfigureAwait(false);
        var summary = await queue.Inspector.WaitAsync(id, new WaitOptions { Timeout = timeout }, cancellationToken).ConfigureAwait(false);
        if (summary.TimedOut)
        {
            throw new TimeoutException($"Task {id} did not finish within {timeout}. It continues.");
        }

        var info = summary.Tasks.Count == 1 ? summary.Tasks[0] : throw new TaskNotFoundException(id);
        return info.Outcome == TaskOutcome.Succeeded
            ? await queue.Inspector.GetResultAsync<TResult>(id, cancellationToken: cancellationToken).ConfigureAwait(false)
            : throw new TaskFailedException(id, info.Outcome, info.LastError);
    }

    /// <summary>What the host's handlers tell, if a host gave the queue out.</summary>
    private static ITaskTypes? TypesOf(ITaskQueue queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return (queue as TaskQueue)?.Types;
    }
}
