namespace DurableQueue;

/// <summary>Enqueues child tasks with payloads as objects, which are written as JSON.</summary>
public static class TaskContextExtensions
{
    /// <summary>
    /// Enqueues a child task. Its type comes from the <see cref="TaskTypeAttribute"/> of the payload type, or else from the handler that is registered for
    /// the payload type.
    /// </summary>
    /// <typeparam name="TPayload">A payload type with a <see cref="TaskTypeAttribute"/>, or with exactly one handler registered in this host.</typeparam>
    /// <param name="context">The context of the running attempt.</param>
    /// <param name="payload">The payload, which is written as JSON in the way the handler reads it.</param>
    /// <param name="configure">Changes the settings of the task, after those of <see cref="HandlerOptions"/> were applied.</param>
    /// <param name="key">The key of the child, as in <see cref="TaskContext.EnqueueAsync(NewTask, string?, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">
    /// The payload type has no attribute, and no handler or several handlers are registered for it; the payload can't be serialized; or a setting is
    /// out of range.
    /// </exception>
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this TaskContext context,
        TPayload payload,
        Func<NewTask, NewTask>? configure = null,
        string? key = null,
        CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.EnqueueAsync(TypedTask.Create(context.Types, null, payload, typeof(TPayload), configure, null), key, cancellationToken);
    }

    /// <summary>Enqueues a child task of the given type.</summary>
    /// <typeparam name="TPayload">Any type that System.Text.Json can serialize.</typeparam>
    /// <param name="context">The context of the running attempt.</param>
    /// <param name="type">The task type, as in <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">The payload, which is written as JSON with the options of the host.</param>
    /// <param name="configure">Changes the settings of the task, after those of <see cref="HandlerOptions"/> were applied if the type has a handler here.</param>
    /// <param name="key">As in <see cref="TaskContext.EnqueueAsync(NewTask, string?, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">The payload can't be serialized, or a setting is out of range.</exception>
    public static ValueTask<TaskId> EnqueueAsync<TPayload>(
        this TaskContext context,
        string type,
        TPayload payload,
        Func<NewTask, NewTask>? configure = null,
        string? key = null,
        CancellationToken cancellationToken = default)
        where TPayload : notnull
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(type);
        return context.EnqueueAsync(TypedTask.Create(context.Types, type, payload, typeof(TPayload), configure, null), key, cancellationToken);
    }

    /// <summary>
    /// Requests an approval like <see cref="TaskContext.RequestApprovalAsync"/>, with the arguments as an object. The arguments of two calls are
    /// equal if their JSON is equal.
    /// </summary>
    /// <typeparam name="TArguments">Any type that System.Text.Json can serialize.</typeparam>
    /// <param name="context">The context of the running attempt.</param>
    /// <param name="what">What needs approval, for people; 1 to 512 characters.</param>
    /// <param name="arguments">The exact arguments, which are written as JSON with the options of the host.</param>
    /// <param name="options">Who may decide, until when, whether the slots are kept, and the key; <see langword="null"/> means the defaults.</param>
    /// <param name="cancellationToken">Ends the wait; the request stays pending. The handler's own token also ends it.</param>
    /// <exception cref="ApprovalRejectedException">The request was rejected, or has expired.</exception>
    /// <exception cref="ArgumentException">The arguments can't be serialized, or a value is out of range.</exception>
    public static Task<ApprovalInfo> RequestApprovalAsync<TArguments>(
        this TaskContext context, string what, TArguments arguments, ApprovalOptions? options = null, CancellationToken cancellationToken = default)
        where TArguments : notnull
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.RequestApprovalAsync(what, TypedTask.WriteText(arguments, typeof(TArguments), context.Types.Json), options, cancellationToken);
    }
}
