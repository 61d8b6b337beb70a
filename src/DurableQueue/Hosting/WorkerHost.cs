using DurableQueue.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableQueue.Hosting;

/// <summary>Runs one worker from the moment the host has started until it stops.</summary>
internal sealed class WorkerHost(QueueOpener opener, string optionsName, IServiceProvider services) : IHostedService, IDisposable
{
    private readonly IHostApplicationLifetime lifetime = services.GetRequiredService<IHostApplicationLifetime>();
    private readonly ILogger<QueueWorker> log = services.GetRequiredService<ILogger<QueueWorker>>();
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource hurry = new();
    private QueueWorker? worker;
    private Task running = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var opened = await opener.OpenAsync(cancellationToken).ConfigureAwait(false);
        worker = new QueueWorker(
            opened.Queue,
            opened.Handlers,
            services.GetRequiredService<IServiceScopeFactory>(),
            services.GetRequiredService<IOptionsMonitor<WorkerOptions>>().Get(optionsName),
            services.GetRequiredService<TimeProvider>(),
            log);

        // Hosts stop their services one after another; all workers stop checking out at the first sign, so that they drain at the same time.
        lifetime.ApplicationStopping.Register(stopping.Cancel);
        // Not on the pool: handlers of a worker that started before may block it.
        lifetime.ApplicationStarted.Register(() => running = Task.Factory.StartNew(
            RunAsync, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap());
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        using var registration = cancellationToken.Register(hurry.Cancel);
        await running.ConfigureAwait(false);
    }

    public void Dispose()
    {
        worker?.Dispose();
        stopping.Dispose();
        hurry.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await worker!.RunAsync(stopping.Token, hurry.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            log.WorkerBroke(worker!.Name, error);
        }
    }
}
