using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>Waits for tasks and for decisions, over the reads and signals of a store.</summary>
internal sealed class QueueWaits(ITaskStore store, TimeProvider time)
{
    private readonly QueueSignals signals = store.Signals;

    /// <summary>Waits until the selected tasks have finished, or the options end it.</summary>
    public async ValueTask<WaitSummary> ForTasksAsync(TaskSelector selector, WaitOptions options, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var wait = new TaskWait(store.Reader, selector, options.FailFast);
        using var timeout = new WaitTimeout(time, options.Timeout);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var seen = signals.Finished.Version;
        var over = await wait.StartAsync(cancellationToken).ConfigureAwait(false);
        while (!over && !timeout.IsOver)
        {
            try
            {
                await signals.WaitAsync(signals.Finished, seen, ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (timeout.IsOver && !cancellationToken.IsCancellationRequested)
            {
                // The last probe, below, decides whether it was just in time.
            }

            seen = signals.Finished.Version;
            over = await wait.ProbeAsync(cancellationToken).ConfigureAwait(false);
        }

        return await wait.SummariseAsync(() => time.GetElapsedTime(started), timedOut: !over, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until a request is decided or has expired.</summary>
    public async ValueTask<ApprovalInfo> ForDecisionAsync(ApprovalId id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = signals.Approvals.Version;
            var info = await store.Approvals.FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new ApprovalNotFoundException(id);
            if (info.Status != ApprovalStatus.Pending)
            {
                return info;
            }

            if (info.ExpiresAt <= time.GetUtcNow())
            {
                await store.Upkeep.SweepAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            using var expiry = new WaitTimeout(time, info.ExpiresAt - time.GetUtcNow());
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, expiry.Token);
            try
            {
                await signals.WaitAsync(signals.Approvals, seen, ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (expiry.IsOver && !cancellationToken.IsCancellationRequested)
            {
                // The timeout has passed; a decision may still have come just before it: the next read tells.
            }
        }
    }
}
