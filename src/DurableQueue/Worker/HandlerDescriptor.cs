namespace DurableQueue.Worker;

/// <summary>Describes one handler: its task type, what it reads and returns, and how it is called.</summary>
/// <param name="Type">The task type.</param>
/// <param name="PayloadType">The type that the payload is read as; <see langword="null"/> if it isn't read.</param>
/// <param name="ResultType">The type of the result that is stored; <see langword="null"/> if none is.</param>
/// <param name="CreateInvoker">Creates the call, given how payloads are read.</param>
internal sealed record HandlerDescriptor(string Type, Type? PayloadType, Type? ResultType, Func<PayloadVersions, HandlerInvoker> CreateInvoker)
{
    /// <summary>
    /// The work continues without the worker: its attempts are taken over and never reaped, are stopped at once by a shutdown, and aren't settled
    /// before the handler has returned.
    /// </summary>
    public bool Adopts { get; init; }

    /// <summary>The handler reads its payload and writes its result itself, whatever the queue's JSON settings are.</summary>
    public bool HasOwnJson { get; init; }

    /// <summary>The handler gets the payload's stored bytes.</summary>
    public bool TakesBytes => PayloadType is { } payload && RawBytes.AreReadAs(payload);

    public static HandlerDescriptor Create<TPayload>(string type, Func<TPayload, HandlerInvocation, Task> handle) =>
        Create(type, typeof(TPayload), versions => call => handle(versions.Read<TPayload>(call), call));

    public static HandlerDescriptor Create(string type, Func<HandlerInvocation, Task> handle) => Create(type, null, _ => handle);

    public static HandlerDescriptor CreateWithResult<TPayload, TResult>(string type, Func<TPayload, HandlerInvocation, Task<TResult>> handle) =>
        CreateWithResult<TResult>(type, typeof(TPayload), versions => call => handle(versions.Read<TPayload>(call), call));

    public static HandlerDescriptor CreateWithResult<TResult>(string type, Func<HandlerInvocation, Task<TResult>> handle) =>
        CreateWithResult(type, null, _ => handle);

    private static HandlerDescriptor Create(string type, Type? payload, Func<PayloadVersions, Func<HandlerInvocation, Task>> createCall) =>
        new(type, payload, null, versions =>
        {
            var handle = createCall(versions);
            return async call =>
            {
                await handle(call).ConfigureAwait(false);
                return default;
            };
        });

    private static HandlerDescriptor CreateWithResult<TResult>(
        string type, Type? payload, Func<PayloadVersions, Func<HandlerInvocation, Task<TResult>>> createCall) =>
        new(type, payload, typeof(TResult), versions =>
        {
            var handle = createCall(versions);
            return async call => call.WriteResult(await handle(call).ConfigureAwait(false));
        });
}
