using DurableQueue.Queueing;

namespace DurableQueue.PostgreSql;

/// <summary>A task as the reading statements give it.</summary>
internal sealed record TaskInfoRow(TaskInfo Info, long? NotBeforeMs, TaskHolds StoredHolds)
{
    public const string Columns =
        """
        SELECT t.id, y.name, g.name, t.label, -t.rank, t.state, t.holds, t.outcome, t.attempt, t.max_attempts, t.retry, t.timeout_ms, t.worker, t.enqueued_at_ms,
               t.not_before_at_ms, t.started_at_ms, t.finished_at_ms, t.lease_expires_at_ms, t.finish_sequence, l.urgent, t.waiting, t.cancel_requested,
               t.dedup_key, t.dedup, p.fraction, p.message, t.error, t.metadata, t.lease_override_ms
        """;

    public const string From =
        """
        FROM durable_queue.task t
        JOIN durable_queue.lane l ON l.id = t.lane_id
        JOIN durable_queue.task_group g ON g.id = l.group_id
        JOIN durable_queue.task_type y ON y.id = l.type_id
        LEFT JOIN durable_queue.task_progress p ON p.id = t.id
        """;

    public long Id => Info.Id.Value;

    public long FinishSequence => Info.FinishSequence!.Value;

    public static TaskInfoRow Read(Cells cells)
    {
        var (id, type, group, label, priority) = (cells.Long(), cells.Text(), cells.Text(), cells.NullableText(), cells.Long());
        var (state, holds, outcome, attempt, maxAttempts) = ((TaskState)cells.Short(), (TaskHolds)cells.Short(), (TaskOutcome)cells.Short(), cells.Int(), cells.Int());
        var (retry, timeoutMs, worker, enqueuedAtMs) = (cells.NullableText(), cells.NullableLong(), cells.NullableText(), cells.Long());
        var (notBeforeMs, startedAtMs, finishedAtMs, expiresAtMs) = (cells.NullableLong(), cells.NullableLong(), cells.NullableLong(), cells.NullableLong());
        var (finishSequence, urgent, waiting, cancelRequested) = (cells.NullableLong(), cells.Short(), cells.Bool(), cells.Bool());
        var (dedupKey, dedup, progress, progressMessage) = (cells.NullableText(), cells.Short(), cells.NullableDouble(), cells.NullableText());
        var (error, metadata, leaseMs) = (cells.NullableText(), cells.NullableText(), cells.NullableLong());
        return new TaskInfoRow(
            new TaskInfo
            {
                Id = new TaskId(id),
                Type = type,
                Group = group,
                Label = label,
                Priority = (int)priority,
                State = state,
                Holds = holds,
                Outcome = outcome,
                Attempt = attempt,
                MaxAttempts = maxAttempts,
                Retry = StoredJson.ReadRetry(retry),
                Timeout = timeoutMs is { } timeout ? Times.SpanFromMs(timeout) : null,
                LeaseDuration = leaseMs is { } lease ? Times.SpanFromMs(lease) : null,
                Worker = worker,
                EnqueuedAt = Times.FromMs(enqueuedAtMs),
                NotBefore = Times.FromMs(notBeforeMs),
                StartedAt = Times.FromMs(startedAtMs),
                FinishedAt = Times.FromMs(finishedAtMs),
                LeaseExpiresAt = Times.FromMs(expiresAtMs),
                FinishSequence = finishSequence,
                Urgent = urgent > 0 && state == TaskState.Queued,
                Waiting = waiting && state == TaskState.CheckedOut,
                CancelRequested = cancelRequested,
                DedupKey = dedupKey,
                DedupScope = dedup == 0 ? default : (DedupScope)(dedup - 1),
                Progress = progress,
                ProgressMessage = progressMessage,
                LastError = error,
                Metadata = StoredJson.ReadMetadata(metadata),
            },
            notBeforeMs,
            holds);
    }

    /// <summary>A delay that has passed no longer holds a task, even before it is promoted.</summary>
    public TaskInfo ToInfo(long nowMs) => NotBeforeMs <= nowMs ? Info with { Holds = StoredHolds & ~TaskHolds.NotBefore } : Info;

    public TaskFinished ToFinished() => new()
    {
        Sequence = FinishSequence,
        Id = Info.Id,
        Type = Info.Type,
        Group = Info.Group,
        Label = Info.Label,
        State = Info.State,
        Outcome = Info.Outcome,
        Attempt = Info.Attempt,
        FinishedAt = Info.FinishedAt ?? default,
        LastError = Info.LastError,
    };
}
