namespace DurableQueue.Worker;

/// <summary>How a handler's call ended.</summary>
internal sealed record HandlerEnd(ReadOnlyMemory<byte> Result, Exception? Error);
