namespace DurableQueue.Worker;

/// <summary>What a handler or a router returned or threw.</summary>
/// <param name="Value">What the handler returned, as it is stored; empty if it returned nothing.</param>
/// <param name="Error">What it threw; <see langword="null"/> if it returned.</param>
/// <param name="Route">What a router chose; <see langword="null"/> for handlers.</param>
internal readonly record struct HandlerResult(ReadOnlyMemory<byte> Value, Exception? Error, ChosenRoute? Route = null);
