namespace DurableQueue.Hosting;

/// <summary>A router as it was registered with the builder.</summary>
/// <param name="Create">Gives it, from the scope of one call.</param>
/// <param name="Options">Its settings.</param>
internal sealed record RouterRegistration(Func<IServiceProvider, ITaskRouter> Create, RouterOptions Options);
