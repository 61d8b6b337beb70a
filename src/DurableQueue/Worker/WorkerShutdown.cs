using DurableQueue.Storage;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Worker;

/// <summary>Ends the attempts of a worker that takes no more tasks.</summary>
internal sealed class WorkerShutdown(RunningAttempts running, Dispatcher dispatcher, WorkerOptions options, TimeProvider time) : IDisposable
{
    /// <summary>How long the store may take at the end to settle what is left.</summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource abandon = new();

    /// <summary>Cancelled when the shutdown begins.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>Cancelled when there is no time left to wait for the store.</summary>
    public CancellationToken Abandon => abandon.Token;

    /// <summary>
    /// Releases the attempts that wait for other tasks, lets handlers finish within <see cref="WorkerOptions.ShutdownTimeout"/>, then cancels them,
    /// then releases what is left.
    /// </summary>
    /// <param name="hurry">The host's shutdown time is over: whatever runs is released at once.</param>
    public async Task DrainAsync(CancellationToken hurry)
    {
        await dispatcher.RunAsync(stopping.Cancel).ConfigureAwait(false);
        foreach (var attempt in running.ToArray().Where(attempt => attempt.IsAdopted))
        {
            attempt.Stop(StopReason.Shutdown);
        }

        if (await AreSettledWithinAsync(options.ShutdownTimeout, hurry).ConfigureAwait(false))
        {
            return;
        }

        foreach (var attempt in running.ToArray())
        {
            attempt.Stop(StopReason.Shutdown);
        }

        // Registered after the stops: an attempt that was given up can't be stopped any more.
        using var noGrace = hurry.Register(EndGrace);
        if (!await AreSettledWithinAsync(options.CancelGrace + SettleTime, CancellationToken.None).ConfigureAwait(false))
        {
            await dispatcher.RunAsync(abandon.Cancel).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        stopping.Dispose();
        abandon.Dispose();
    }

    private void EndGrace()
    {
        foreach (var attempt in running.ToArray())
        {
            attempt.EndGrace();
        }
    }

    private async Task<bool> AreSettledWithinAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await running.WhenEmptyAsync().WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
