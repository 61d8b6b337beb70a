namespace DurableQueue.Storage;

/// <summary>A registration that two threads may end; only one of them takes it.</summary>
internal sealed record CancellationLink(CancellationTokenRegistration Registration);
