namespace DurableQueue.Worker;

/// <summary>One handler: the type it serves, what it reads and gives, how to call it.</summary>
/// <param name="Type">The task type.</param>
/// <param name="PayloadType">What the payload is read as; <see langword="null"/> if it is not read.</param>
/// <param name="ResultType">What is stored when it returns; <see langword="null"/> if nothing is.</param>
/// <param name="CreateInvoker">Gives the call, once it is known how payloads are read.</param>
internal sealed record HandlerDescriptor(string Type, Type? PayloadType, Type? ResultType, Func<PayloadVersions, HandlerInvoker> CreateInvoker)
{
    /// <summary>
    /// The work goes on without the worker: the attempts are taken over and never reaped, are told of a shutdown at once, and are not settled before
    /// the handler has returned.
    /// </summary>
    public bool Adopts { get; init; }

    /// <summary>It reads its payload and writes its result by itself, whatever the queue's JSON settings are.</summary>
    public bool HasOwnJson { get; init; }

    /// <summary>It gets the payload as it is stored.</summary>
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
