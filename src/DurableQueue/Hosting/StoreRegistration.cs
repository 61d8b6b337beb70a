namespace DurableQueue.Hosting;

/// <summary>A store as the builder was told it.</summary>
/// <param name="Open">Opens it.</param>
/// <param name="Check">Gives everything that is wrong with its options.</param>
internal sealed record StoreRegistration(StoreOpener Open, Func<IServiceProvider, IEnumerable<string>> Check);
