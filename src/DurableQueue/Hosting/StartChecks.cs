using Microsoft.Extensions.Hosting;

namespace DurableQueue.Hosting;

/// <summary>
/// What packages around the queue check once all parts of the host have been put together: endpoints, for example, are complete only when the server
/// has started. A check that throws stops the start of the host.
/// </summary>
internal sealed class StartChecks : IHostedLifecycleService
{
    private readonly Lock sync = new();
    private readonly List<Func<ValueTask>> checks = [];

    /// <summary>Adds a check. One that is added after the start never runs.</summary>
    public void Add(Func<ValueTask> check)
    {
        lock (sync)
        {
            checks.Add(check);
        }
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        Func<ValueTask>[] all;
        lock (sync)
        {
            all = [.. checks];
        }

        foreach (var check in all)
        {
            await check().ConfigureAwait(false);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
