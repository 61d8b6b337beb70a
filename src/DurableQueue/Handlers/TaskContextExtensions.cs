namespace DurableQueue;

/// <summary>Enqueueing children with payloads as objects, written as JSON.</summary>
public static class TaskContextExtensions
{
    /// <summary>Enqueues a child whose type is the one its payload's handler is registered for.</summary>
    /// <typeparam name="TPayload">A payload type with exactly one handler registered in this host.</typeparam>
    /// <param name="context">The context of the running attempt.</param>
    /// <param name="payload">Written as JSON, as the handler reads it.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/>.</param>
    /// <param name="key">As in <see cref="TaskContext.EnqueueAsync(NewTask, string?, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">
    /// No handler, or more than one, is registered for the payload type; the payload cannot be written; or a setting is out of its limits.
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

    /// <summary>Enqueues a child of a named type.</summary>
    /// <typeparam name="TPayload">Any type that System.Text.Json can write.</typeparam>
    /// <param name="context">The context of the running attempt.</param>
    /// <param name="type">Stable name of the kind of work; same characters as <see cref="NewTask.Type"/>.</param>
    /// <param name="payload">Written as JSON, as the host's handlers read it.</param>
    /// <param name="configure">Changes the task's settings, after those of <see cref="HandlerOptions"/> if the type has a handler here.</param>
    /// <param name="key">As in <see cref="TaskContext.EnqueueAsync(NewTask, string?, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Cancels the call only while it is queued; once the write has started, the call completes and returns its result.</param>
    /// <exception cref="ArgumentException">The payload cannot be written, or a setting is out of its limits.</exception>
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
    /// Asks for permission as <see cref="TaskContext.RequestApprovalAsync"/> does, with the arguments as an object. They are compared as the JSON that is
    /// written of them.
    /// </summary>
    /// <typeparam name="TArguments">Any type that System.Text.Json can write.</typeparam>
    /// <param name="context">The context of the running attempt.</param>
    /// <param name="what">What is to be done, for people.</param>
    /// <param name="arguments">Written as JSON, as the host's handlers write it.</param>
    /// <param name="options">As there.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <exception cref="ApprovalRejectedException">As there.</exception>
    /// <exception cref="ArgumentException">The arguments cannot be written, or a value is out of its limits.</exception>
    public static Task<ApprovalInfo> RequestApprovalAsync<TArguments>(
        this TaskContext context, string what, TArguments arguments, ApprovalOptions? options = null, CancellationToken cancellationToken = default)
        where TArguments : notnull
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.RequestApprovalAsync(what, TypedTask.WriteText(arguments, typeof(TArguments), context.Types.Json), options, cancellationToken);
    }
}
