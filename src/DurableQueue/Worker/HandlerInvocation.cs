using System.Text.Json;

namespace DurableQueue.Worker;

/// <summary>Runs one handler and returns its result as bytes; empty if it has none.</summary>
internal delegate ValueTask<ReadOnlyMemory<byte>> HandlerInvoker(HandlerInvocation invocation);

/// <summary>The arguments of one call of a handler.</summary>
internal sealed record HandlerInvocation(
    IServiceProvider Services, Attempt Attempt, TaskContext Context, JsonSerializerOptions Json, CancellationToken CancellationToken)
{
    public LeasedTask Leased => Attempt.Leased;

    /// <exception cref="UnreadablePayloadException">The payload is not JSON of this type.</exception>
    public TPayload ReadPayload<TPayload>() => (TPayload)ReadPayload(typeof(TPayload));

    /// <exception cref="UnreadablePayloadException">The payload is not JSON of this type.</exception>
    public object ReadPayload(Type payload)
    {
        if (Leased.Payload.IsEmpty)
        {
            throw new UnreadablePayloadException(
                payload, "it is empty, which is not valid JSON. A task without a payload needs a handler that takes none, or one that takes ReadOnlyMemory<byte>.", null);
        }

        try
        {
            return ContractJson.Read(Leased.Payload.Span, payload, Json) ?? throw new UnreadablePayloadException(payload, "it is null.", null);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new UnreadablePayloadException(payload, error.Message, error);
        }
    }

    /// <exception cref="InvalidOperationException">The result is a task, which nothing would await.</exception>
    public ReadOnlyMemory<byte> WriteResult<TResult>(TResult result) => result switch
    {
        // A copy: the handler may use its buffer again.
        ReadOnlyMemory<byte> bytes => bytes.ToArray(),
        Task => throw new InvalidOperationException($"The handler's result is of type {result.GetType()}, which nothing awaits. Await it in the handler and return its value."),
        _ => ContractJson.Write(result, typeof(TResult), Json),
    };
}
