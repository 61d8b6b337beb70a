namespace DurableQueue.Worker;

/// <summary>How a handler's call ended, or that of a router.</summary>
internal readonly record struct HandlerEnd(ReadOnlyMemory<byte> Result, Exception? Error, Routing? Routing = null);
