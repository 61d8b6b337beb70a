namespace DurableQueue.Worker;

/// <summary>One handler: the type it serves, what it reads and gives, how to call it.</summary>
/// <param name="Type">The task type.</param>
/// <param name="PayloadType">What the payload is read as.</param>
/// <param name="ResultType">What is stored when it returns; <see langword="null"/> if nothing is.</param>
/// <param name="CreateInvoker">Gives the call, once it is known how payloads are read.</param>
internal sealed record HandlerDescriptor(string Type, Type PayloadType, Type? ResultType, Func<PayloadVersions, HandlerInvoker> CreateInvoker)
{
    /// <summary>
    /// The work goes on without the worker: the attempts are taken over and never reaped, are told of a shutdown at once, and are not settled before
    /// the handler has returned.
    /// </summary>
    public bool Adopts { get; init; }

    /// <summary>It reads its payload and writes its result by itself, whatever the queue's JSON settings are.</summary>
    public bool HasOwnJson { get; init; }

    public static HandlerDescriptor Create<TPayload>(string type, Func<TPayload, Invocation, Task> handle) =>
        new(type, typeof(TPayload), null, versions => async call =>
        {
            var payload = versions.Read<TPayload>(call);
            await handle(payload, call).ConfigureAwait(false);
            return default;
        });

    public static HandlerDescriptor CreateWithResult<TPayload, TResult>(string type, Func<TPayload, Invocation, Task<TResult>> handle) =>
        new(type, typeof(TPayload), typeof(TResult), versions => async call =>
        {
            var payload = versions.Read<TPayload>(call);
            var result = await handle(payload, call).ConfigureAwait(false);
            return call.WriteResult(result);
        });
}
