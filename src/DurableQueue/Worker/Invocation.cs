using System.Text.Json;

namespace DurableQueue.Worker;

/// <summary>Runs one handler and gives its result as bytes; empty if it has none.</summary>
internal delegate ValueTask<ReadOnlyMemory<byte>> HandlerInvoker(Invocation invocation);

/// <summary>All that one call of a handler needs.</summary>
internal sealed record Invocation(
    IServiceProvider Services, Attempt Attempt, TaskContext Context, JsonSerializerOptions Json, CancellationToken CancellationToken)
{
    public LeasedTask Leased => Attempt.Leased;

    /// <exception cref="UnreadablePayloadException">The payload is not JSON of this type.</exception>
    public TPayload ReadPayload<TPayload>()
    {
        try
        {
            return JsonSerializer.Deserialize<TPayload>(Leased.Payload.Span, Json)
                ?? throw new UnreadablePayloadException(typeof(TPayload), "it is null.", null);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new UnreadablePayloadException(typeof(TPayload), error.Message, error);
        }
    }

    /// <exception cref="UnreadablePayloadException">The payload is not JSON of this type.</exception>
    public object ReadPayload(Type payload)
    {
        try
        {
            return JsonSerializer.Deserialize(Leased.Payload.Span, payload, Json) ?? throw new UnreadablePayloadException(payload, "it is null.", null);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new UnreadablePayloadException(payload, error.Message, error);
        }
    }

    public ReadOnlyMemory<byte> WriteResult<TResult>(TResult result) => JsonSerializer.SerializeToUtf8Bytes(result, Json);
}
