namespace DurableQueue.Storage;

/// <summary>A registration that two threads may end: whoever takes it.</summary>
internal sealed record CancellationLink(CancellationTokenRegistration Registration);
