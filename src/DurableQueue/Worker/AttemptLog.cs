using Microsoft.Extensions.Logging;

namespace DurableQueue.Worker;

/// <summary>Chooses what is logged about the end of an attempt.</summary>
internal static class AttemptLog
{
    /// <param name="log">The worker's log.</param>
    /// <param name="task">The task of the attempt.</param>
    /// <param name="reason">Why the handler was asked to stop, if it was.</param>
    /// <param name="result">What the handler returned or threw; <see langword="null"/> if it did not return in time.</param>
    public static void AttemptEnded(this ILogger log, LeasedTask task, StopReason reason, HandlerResult? result)
    {
        if (result is { Error: null, Route: var route })
        {
            if (route is not null)
            {
                log.TaskRouted(task.Id, route.Decision.Type, route.Decision.Reason);
            }

            return;
        }

        switch (reason)
        {
            case StopReason.None:
                LogError(log, task, result?.Error);
                break;
            case StopReason.TimedOut:
                log.AttemptTimedOut(task.Id, task.Type, task.Attempt, task.MaxAttempts, task.Timeout);
                break;
            default:
                log.AttemptStopped(task.Id, task.Type, task.Attempt, reason);
                break;
        }
    }

    private static void LogError(ILogger log, LeasedTask task, Exception? error)
    {
        switch (error)
        {
            case SettlementException { Settlement: Settlement.Release { Delay: { } delay } }:
                log.AttemptPutBack(task.Id, task.Type, task.Attempt, delay, error.Message);
                break;
            case SettlementException { Settlement: Settlement.LeaveRunning }:
                break;
            default:
                log.AttemptFailed(task.Id, task.Type, task.Attempt, task.MaxAttempts, error?.Message, IsExpected(error) ? null : error);
                break;
        }
    }

    /// <summary>Errors by which a handler reports how its work went. Any other is a defect, whose stack trace matters.</summary>
    private static bool IsExpected(Exception? error) =>
        error is SettlementException or PermanentTaskException or ApprovalRejectedException or UnreadablePayloadException;
}
