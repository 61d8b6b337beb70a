using DurableQueue.Approvals;
using DurableQueue.Groups;

namespace DurableQueue.Sqlite;

/// <summary>What operations other than the hot ones need to know of a task before they change it.</summary>
internal sealed class TaskRow
{
    public const string SelectById =
        """
        SELECT id, lane_id, state, holds, rank, position, attempt, max_attempts, token, waiting, cancel_requested, doomed, approval, dedup,
               pending_dependencies, outcome, not_before_at_ms, started_at_ms, worker_id, worker, finish_sequence, finished_at_ms,
               awaited, failure_result, schedule_run, asked
        FROM task WHERE id = @id
        """;

    private TaskRow(Statement row)
    {
        Id = new TaskId(row.Long(0));
        LaneId = row.Long(1);
        State = (TaskState)row.Int(2);
        Holds = (TaskHolds)row.Int(3);
        Rank = row.Long(4);
        Position = row.Long(5);
        Attempt = row.Int(6);
        MaxAttempts = row.Int(7);
        Token = row.Long(8);
        Waiting = row.Bool(9);
        CancelRequested = row.Bool(10);
        Doomed = row.Bool(11);
        Approval = (ApprovalState)row.Int(12);
        Dedup = StoredScope.Read(row.Int(13));
        PendingDependencies = row.Int(14);
        Outcome = (TaskOutcome)row.Int(15);
        NotBeforeMs = row.NullableLong(16);
        StartedAtMs = row.NullableLong(17);
        WorkerId = row.NullableLong(18);
        Worker = row.NullableText(19);
        FinishSequence = row.NullableLong(20);
        FinishedAtMs = row.NullableLong(21);
        Awaited = row.Bool(22);
        HasFailureResult = row.Bool(23);
        ScheduleRun = row.NullableLong(24);
        Asked = row.Bool(25);
    }

    public TaskId Id { get; }

    public long LaneId { get; }

    public TaskState State { get; }

    public TaskHolds Holds { get; }

    public long Rank { get; }

    public long Position { get; }

    public int Attempt { get; }

    public int MaxAttempts { get; }

    public long Token { get; }

    public bool Waiting { get; }

    public bool CancelRequested { get; }

    public bool Doomed { get; }

    public ApprovalState Approval { get; }

    /// <summary>How long it holds its key; <see langword="null"/> if it has none.</summary>
    public DedupScope? Dedup { get; }

    public int PendingDependencies { get; }

    public TaskOutcome Outcome { get; }

    public long? NotBeforeMs { get; }

    public long? StartedAtMs { get; }

    public long? WorkerId { get; }

    public string? Worker { get; }

    public long? FinishSequence { get; }

    public long? FinishedAtMs { get; }

    /// <summary>There may be tasks that depend on it.</summary>
    public bool Awaited { get; }

    /// <summary>What its last failed attempt gave is stored as its result.</summary>
    public bool HasFailureResult { get; }

    /// <summary>The run of a schedule that it is; the record of it may be gone.</summary>
    public long? ScheduleRun { get; }

    /// <summary>Its handler has asked for approvals in its present run.</summary>
    public bool Asked { get; }

    public bool IsFinished => State >= TaskState.Done;

    /// <summary>Under which counter of its group it is counted.</summary>
    public CountedAs CountedAs => CountedAs.Of(State, Waiting, Holds);

    public bool IsReady => State == TaskState.Queued && Holds == TaskHolds.None;

    public static TaskRow? Find(WriteConnection db, TaskId id)
    {
        var select = db[SelectById].Bind("@id", id.Value);
        if (!select.Step())
        {
            return null;
        }

        var row = new TaskRow(select);
        select.Reset();
        return row;
    }

    public static TaskRow Require(WriteConnection db, TaskId id) => Find(db, id) ?? throw new TaskNotFoundException(id);

    /// <summary>The task if the lease is still the right to finish it.</summary>
    public static TaskRow? FindLeased(WriteConnection db, Lease lease) =>
        Find(db, lease.TaskId) is { State: TaskState.CheckedOut } row && row.Token == lease.Token ? row : null;
}
