using DurableQueue.Lifecycle;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends an attempt without success.</summary>
internal sealed class FailTask(Lease lease, TaskFailure failure) : WriteOperation<bool>
{
    private const string SelectRetry = "SELECT retry FROM task_body WHERE id = @id";

    protected override bool Execute(WriteSession session)
    {
        if (TaskRow.FindLeased(session.Db, lease) is not { } row)
        {
            return false;
        }

        var attemptsLeft = !failure.Permanent && row.Attempt < row.MaxAttempts;
        var end = Transitions.EndAttempt(TaskTrigger.Fail, row.CancelRequested, attemptsLeft, failure.Outcome);
        session.Tasks.RecordAttempt(row, row.CancelRequested ? TaskOutcome.Killed : failure.Outcome, failure.Error);
        if (end.State == TaskState.Queued)
        {
            session.Tasks.Requeue(row, row.Attempt, session.NowMs + DelayMs(session, row), failure.Error);
            session.Tasks.CountEvent(row, TaskEventKind.Retried);
        }
        else
        {
            // A killed task keeps the reason it was cancelled for.
            session.Tasks.Finish(row, end.State, end.Outcome, row.CancelRequested ? null : failure.Error);
        }

        return true;
    }

    private long DelayMs(WriteSession session, TaskRow row)
    {
        if (failure.RetryAfter is { } delay)
        {
            return Times.ToMs(delay);
        }

        var select = session.Db[SelectRetry].Bind("@id", row.Id.Value);
        string? json = null;
        if (select.Step())
        {
            json = select.NullableText(0);
            select.Reset();
        }

        return Backoff.DelayMs(StoredJson.ReadRetry(json) ?? RetryPolicy.Default, row.Id, row.Attempt);
    }
}
