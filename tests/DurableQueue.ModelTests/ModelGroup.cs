namespace DurableQueue.ModelTests;

internal sealed record ModelGroup(int Parallelism = 0, bool Paused = false, bool PauseOnFailure = false, bool Configured = false);
