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
            // On the pool: where a disk hangs, the look must not take the caller with it.
            var look = await Task.Run(() => LookAsync(giveUp.Token), giveUp.Token).WaitAsync(AnswerWithin, time, cancellationToken).ConfigureAwait(false);
            return look is null ? HealthCheckResult.Healthy("The queue is open.") : Judge(look);
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

    private static HealthCheckResult Judge(StoreHealth look)
    {
        var data = new Dictionary<string, object>
        {
            ["writerAlive"] = true,
            ["gateWaitMs"] = Math.Round(look.WriterWait.TotalMilliseconds, 3),
            ["walBytes"] = look.LogBytes,
            ["ready"] = look.Ready,
            ["oldestReadyAgeSeconds"] = look.OldestReadyAge?.TotalSeconds ?? 0,
            ["liveWorkers"] = look.LiveWorkers,
            ["staleWorkers"] = look.StaleWorkers,
            ["unservedTypes"] = look.UnservedTypes.Take(MostTypesNamed).ToArray(),
            ["unservedGroups"] = look.UnservedGroups.Take(MostTypesNamed).ToArray(),
            ["drift"] = look.Inconsistencies.ToArray(),
        };
        var troubles = Troubles(look).ToArray();
        return troubles.Length == 0
            ? HealthCheckResult.Healthy("The queue works.", data)
            : HealthCheckResult.Degraded(string.Join(" ", troubles), data: data);
    }

    private static IEnumerable<string> Troubles(StoreHealth look)
    {
        if (look.WriterWait >= LongWait)
        {
            yield return $"Writing waits {look.WriterWait.TotalSeconds:0.0} s for others.";
        }

        if (look.LogBytes >= LongLog)
        {
            yield return $"The write-ahead log has {look.LogBytes / (1024 * 1024)} MiB: a reader keeps an old snapshot open.";
        }

        if (look.UnservedTypes.Count > 0)
        {
            yield return $"No live worker takes the ready tasks of {look.UnservedTypes.Count} types: {string.Join(", ", look.UnservedTypes.Take(MostTypesNamed))}.";
        }

        if (look.UnservedGroups.Count > 0)
        {
            yield return $"No live worker takes ready tasks from {look.UnservedGroups.Count} groups: {string.Join(", ", look.UnservedGroups.Take(MostTypesNamed))}.";
        }

        if (look.Inconsistencies.Count > 0)
        {
            yield return $"Stored values are wrong: {string.Join(", ", look.Inconsistencies)}. Verify the queue, and repair it.";
        }
    }

    private static HealthCheckResult Failed(HealthCheckContext context, string description) =>
        new(context.Registration.FailureStatus, description, data: new Dictionary<string, object> { ["writerAlive"] = false });

    private async Task<StoreHealth?> LookAsync(CancellationToken cancellationToken)
    {
        var queue = await opener.OpenAsync(cancellationToken).ConfigureAwait(false);
        return queue.Store is IHealthSource source ? await source.LookAsync(cancellationToken).ConfigureAwait(false) : null;
    }
}
