using DurableQueue.Storage;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Queueing;

/// <summary>Says after each commit of a queue what it means: to metrics, to those who wait, to the log, and to <see cref="Maintenance"/>.</summary>
internal sealed class CommitAnnouncer(QueueSignals signals, QueueMetrics metrics, ILogger logger)
{
    /// <summary>After a commit of this queue, before the next one.</summary>
    public void Announce(BatchEffects effects)
    {
        Count(effects, isBatch: true);
        if (effects.Changed)
        {
            signals.Changed.Advance();
        }

        if (effects.Ready)
        {
            signals.Ready.Advance();
        }

        if (effects.Finished)
        {
            signals.Finished.Advance();
        }

        if (effects.Notified)
        {
            signals.Notified.Advance();
        }

        if (effects.Approvals)
        {
            signals.Approvals.Advance();
        }

        foreach (var warning in effects.BudgetWarnings)
        {
            // Metadata values may be sensitive; do not log them.
            logger.BudgetNearlyUsedUp(
                warning.Target.Scope == BudgetScope.Metadata ? $"a value of {warning.Target.Key}" : warning.Target.ToString(),
                warning.Used,
                warning.Cap,
                warning.Unit ?? "starts");
        }

        foreach (var id in effects.CancelRequested)
        {
            RequestCancel(id);
        }

        foreach (var (schedule, reason) in effects.PausedSchedules)
        {
            logger.SchedulePaused(schedule, reason);
        }

        if (effects.CascadeLeft)
        {
            signals.LeaveCascade();
        }

        signals.SetDeadline(effects.NextDeadlineMs);
    }

    /// <summary>Counts what was written in a transaction of the application. Listeners of metrics run inside the call that records.</summary>
    public void Count(BatchEffects effects, bool isBatch = false)
    {
        try
        {
            if (isBatch)
            {
                metrics.Record(effects.Operations, effects.CommitTime);
            }

            metrics.Record(effects.Events);
        }
        catch (Exception e)
        {
            logger.MetricsListenerFailed(e);
        }
    }

    /// <summary>A listener that throws must not cost the writer its thread, nor the callers of the batch their answers.</summary>
    public void RequestCancel(TaskId id)
    {
        try
        {
            signals.RequestCancel(id);
        }
        catch (Exception e)
        {
            logger.ListenerFailed(e, id.Value);
        }
    }
}
