using DurableQueue.Lifecycle;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends an attempt without success.</summary>
internal sealed class FailTask(Lease lease, TaskFailure failure, int keptNotifications) : WriteOperation<bool>
{
    private const string SelectRetry = "SELECT retry FROM task_body WHERE id = @id";

    protected override bool Execute(WriteContext context)
    {
        if (TaskRow.FindLeased(context.Db, lease) is not { } row)
        {
            return false;
        }

        var attemptsLeft = !failure.Permanent && failure.Outcome != TaskOutcome.Rejected && row.Attempt < row.MaxAttempts;
        var end = Transitions.EndAttempt(TaskTrigger.Fail, row.CancelRequested, attemptsLeft, failure.Outcome);
        context.Budgets.Reservations.Release(row.Id, context.Lanes.ById(row.LaneId), row.Token, AttemptCost.AsReported);
        context.Attempts.AddFailed(row, row.CancelRequested ? TaskOutcome.Killed : failure.Outcome, failure.Error);
        context.Attempts.SetFailureResult(row, failure.Result.Span);
        if (failure.PauseSchedule is { } reason && row.ScheduleRun is { } run)
        {
            // Before the failure is counted: its reason says more than the number.
            context.Schedules.PauseOf(run, reason);
        }

        if (failure.Notification is { } notification)
        {
            RaiseNotification.Store(context, notification, keptNotifications);
        }

        if (end.State == TaskState.Queued)
        {
            context.Tasks.Requeue(row, row.Attempt, context.NowMs + DelayMs(context, row), failure.Error);
            context.Tasks.CountEvent(row, TaskEventKind.Retried);
        }
        else
        {
            // A killed task keeps the reason it was cancelled for.
            context.Tasks.Finish(row, end.State, end.Outcome, row.CancelRequested ? null : failure.Error);
        }

        return true;
    }

    private long DelayMs(WriteContext context, TaskRow row)
    {
        if (failure.RetryAfter is { } delay)
        {
            return Times.ToMs(delay);
        }

        var select = context.Db[SelectRetry].Bind("@id", row.Id.Value);
        string? json = null;
        if (select.Step())
        {
            json = select.NullableText(0);
            select.Reset();
        }

        return Backoff.DelayMs(StoredJson.ReadRetry(json) ?? RetryPolicy.Default, row.Id, row.Attempt);
    }
}
