namespace DurableQueue.Worker;

/// <summary>Thrown by a handler whose work goes on without it: the attempt is not settled but left to be taken over.</summary>
internal sealed class AttemptLeftException() : Exception("The attempt was left to be taken over.");
