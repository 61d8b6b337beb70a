using DurableQueue.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DurableQueue.Hosting;

/// <summary>
/// Unhealthy: the queue cannot be opened, written or read. Degraded: it works, but something will hurt soon. It names types and errors by kind;
/// never payloads, labels, paths or messages.
/// </summary>
internal sealed class QueueHealthCheck(QueueOpener opener, TimeProvider time) : IHealthCheck
{
    /// <summary>A writer that does not answer within this time is not alive.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(1);
    private const long LongLog = 128 * 1024 * 1024;
    private const int MostTypesNamed = 20;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // On the pool: where a disk hangs, the probe must not take the caller with it.
            var health = await Task.Run(() => ProbeAsync(giveUp.Token), giveUp.Token).WaitAsync(AnswerWithin, time, cancellationToken).ConfigureAwait(false);
            return Judge(health);
        }
        catch (TimeoutException)
        {
            await giveUp.CancelAsync().ConfigureAwait(false);
            return Failed(context, $"The queue did not answer within {AnswerWithin.TotalSeconds:0} s.");
        }
        catch (QueueStorageException e)
        {
            return Failed(context, $"The queue's storage failed: {e.Error}.");
        }
        catch (ObjectDisposedException)
        {
            return Failed(context, "The queue is closed.");
        }
    }

    private static HealthCheckResult Judge(StoreHealth health)
    {
        var data = new Dictionary<string, object>
        {
            ["writerAlive"] = true,
            ["gateWaitMs"] = Math.Round(health.WriterWait.TotalMilliseconds, 3),
            ["walBytes"] = health.LogBytes,
            ["ready"] = health.Ready,
            ["oldestReadyAgeSeconds"] = health.OldestReadyAge?.TotalSeconds ?? 0,
            ["liveWorkers"] = health.LiveWorkers,
            ["staleWorkers"] = health.StaleWorkers,
            ["unservedTypes"] = health.UnservedTypes.Take(MostTypesNamed).ToArray(),
            ["unservedGroups"] = health.UnservedGroups.Take(MostTypesNamed).ToArray(),
            ["drift"] = health.Inconsistencies.ToArray(),
        };
        var troubles = Troubles(health).ToArray();
        return troubles.Length == 0
            ? HealthCheckResult.Healthy("The queue works.", data)
            : HealthCheckResult.Degraded(string.Join(" ", troubles), data: data);
    }

    /// <summary>What is not as it should be, each in a sentence.</summary>
    internal static IEnumerable<string> Troubles(StoreHealth health)
    {
        if (health.WriterWait >= LongWait)
        {
            yield return $"Writing waits {health.WriterWait.TotalSeconds:0.0} s for others.";
        }

        if (health.LogBytes >= LongLog)
        {
            yield return $"The write-ahead log has {health.LogBytes / (1024 * 1024)} MiB: a reader keeps an old snapshot open.";
        }

        if (health.UnservedTypes.Count > 0)
        {
            yield return $"No live worker takes the ready tasks of {health.UnservedTypes.Count} types: {string.Join(", ", health.UnservedTypes.Take(MostTypesNamed))}.";
        }

        if (health.UnservedGroups.Count > 0)
        {
            yield return $"No live worker takes ready tasks from {health.UnservedGroups.Count} groups: {string.Join(", ", health.UnservedGroups.Take(MostTypesNamed))}.";
        }

        if (health.Inconsistencies.Count > 0)
        {
            yield return $"Stored values are wrong: {string.Join(", ", health.Inconsistencies)}. Verify the queue, and repair it.";
        }
    }

    private static HealthCheckResult Failed(HealthCheckContext context, string description) =>
        new(context.Registration.FailureStatus, description, data: new Dictionary<string, object> { ["writerAlive"] = false });

    private async Task<StoreHealth> ProbeAsync(CancellationToken cancellationToken)
    {
        var opened = await opener.OpenAsync(cancellationToken).ConfigureAwait(false);
        return await opened.Queue.ProbeHealthAsync(cancellationToken).ConfigureAwait(false);
    }
}
