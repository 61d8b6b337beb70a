namespace DurableQueue.Hosting;

/// <summary>A worker as it was registered with the builder.</summary>
/// <param name="OptionsName">The name of its options.</param>
/// <param name="Name">Its name, also in the configuration; <see langword="null"/> if it was given none.</param>
internal sealed record WorkerRegistration(string OptionsName, string? Name);
