using DurableQueue.Budgets;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>A task as the reading statements give it.</summary>
internal sealed class TaskInfoRow : IStoredRow<TaskInfoRow>
{
    public const string Columns =
        $"""
        SELECT t.id AS Id, y.name AS Type, g.name AS GroupName, t.label AS Label, -t.rank AS Priority, t.state AS State, t.holds AS Holds,
               t.outcome AS Outcome, t.attempt AS Attempt, t.max_attempts AS MaxAttempts, b.retry AS Retry, t.timeout_ms AS TimeoutMs,
               t.worker AS Worker, t.enqueued_at_ms AS EnqueuedAtMs, t.not_before_at_ms AS NotBeforeMs, t.started_at_ms AS StartedAtMs,
               t.finished_at_ms AS FinishedAtMs, t.lease_expires_at_ms AS LeaseExpiresAtMs, t.finish_sequence AS FinishSequence,
               t.pending_dependencies AS PendingDependencies, t.doomed AS Doomed, l.urgent AS Urgent, t.waiting AS Waiting,
               t.cancel_requested AS CancelRequested, b.dedup_key AS DedupKey, t.dedup AS Dedup, p.fraction AS Progress, p.message AS ProgressMessage,
               t.error AS LastError, b.metadata AS Metadata, r.type AS RouteType, r.reason AS RouteReason, r.fallback AS RouteIsFallback,
               r.worker AS RouteWorker, r.routed_at_ms AS RoutedAtMs, t.lease_override_ms AS LeaseOverrideMs,
               e.unit AS EstimateUnit, e.amount AS EstimateAmount,
               (SELECT a.own FROM task_approval a WHERE a.task_id = t.id AND a.in_run = 0 ORDER BY a.id DESC LIMIT 1) AS OwnApproval,
               CASE WHEN t.holds & {HoldCode.Budget} THEN
                 (SELECT m.due_at_ms FROM budget_parked k JOIN budget_meter m ON m.id = k.meter_id WHERE k.task_id = t.id) END AS BudgetUntilMs
        """;

    /// <summary>Comes after <c>FROM task t …</c>: each task's names and texts, looked up by key.</summary>
    public const string Joins =
        """
        CROSS JOIN lane l ON l.id = t.lane_id
        CROSS JOIN task_group g ON g.id = l.group_id
        CROSS JOIN task_type y ON y.id = l.type_id
        LEFT JOIN task_body b ON b.id = t.id
        LEFT JOIN task_progress p ON p.id = t.id
        LEFT JOIN task_route r ON r.id = t.id
        LEFT JOIN budget_estimate e ON e.task_id = t.id
        """;

    public long Id { get; init; }

    public string Type { get; init; } = "";

    public string GroupName { get; init; } = "";

    public string? Label { get; init; }

    public long Priority { get; init; }

    public long State { get; init; }

    public long Holds { get; init; }

    public long Outcome { get; init; }

    public int Attempt { get; init; }

    public int MaxAttempts { get; init; }

    public string? Retry { get; init; }

    public long? TimeoutMs { get; init; }

    public string? Worker { get; init; }

    public long EnqueuedAtMs { get; init; }

    public long? NotBeforeMs { get; init; }

    public long? StartedAtMs { get; init; }

    public long? FinishedAtMs { get; init; }

    public long? LeaseExpiresAtMs { get; init; }

    public long? FinishSequence { get; init; }

    public int PendingDependencies { get; init; }

    public bool Doomed { get; init; }

    public bool Urgent { get; init; }

    public bool Waiting { get; init; }

    public bool CancelRequested { get; init; }

    public string? DedupKey { get; init; }

    public int Dedup { get; init; }

    public double? Progress { get; init; }

    public string? ProgressMessage { get; init; }

    public string? LastError { get; init; }

    public string? Metadata { get; init; }

    public string? RouteType { get; init; }

    public string? RouteReason { get; init; }

    public bool RouteIsFallback { get; init; }

    public string? RouteWorker { get; init; }

    public long? RoutedAtMs { get; init; }

    public long? LeaseOverrideMs { get; init; }

    public string? EstimateUnit { get; init; }

    public long? EstimateAmount { get; init; }

    public string? OwnApproval { get; init; }

    public long? BudgetUntilMs { get; init; }

    public static TaskInfoRow Read(StoredCells cells) => new()
    {
        Id = cells.Long(),
        Type = cells.Text(),
        GroupName = cells.Text(),
        Label = cells.NullableText(),
        Priority = cells.Long(),
        State = cells.Long(),
        Holds = cells.Long(),
        Outcome = cells.Long(),
        Attempt = cells.Int(),
        MaxAttempts = cells.Int(),
        Retry = cells.NullableText(),
        TimeoutMs = cells.NullableLong(),
        Worker = cells.NullableText(),
        EnqueuedAtMs = cells.Long(),
        NotBeforeMs = cells.NullableLong(),
        StartedAtMs = cells.NullableLong(),
        FinishedAtMs = cells.NullableLong(),
        LeaseExpiresAtMs = cells.NullableLong(),
        FinishSequence = cells.NullableLong(),
        PendingDependencies = cells.Int(),
        Doomed = cells.Bool(),
        Urgent = cells.Bool(),
        Waiting = cells.Bool(),
        CancelRequested = cells.Bool(),
        DedupKey = cells.NullableText(),
        Dedup = cells.Int(),
        Progress = cells.NullableDouble(),
        ProgressMessage = cells.NullableText(),
        LastError = cells.NullableText(),
        Metadata = cells.NullableText(),
        RouteType = cells.NullableText(),
        RouteReason = cells.NullableText(),
        RouteIsFallback = cells.Bool(),
        RouteWorker = cells.NullableText(),
        RoutedAtMs = cells.NullableLong(),
        LeaseOverrideMs = cells.NullableLong(),
        EstimateUnit = cells.NullableText(),
        EstimateAmount = cells.NullableLong(),
        OwnApproval = cells.NullableText(),
        BudgetUntilMs = cells.NullableLong(),
    };

    public TaskInfo ToInfo(long nowMs)
    {
        var holds = (TaskHolds)Holds;
        return new TaskInfo
        {
            Id = new TaskId(Id),
            Type = Type,
            Group = GroupName,
            Label = Label,
            Priority = (int)Priority,
            State = (TaskState)State,
            Holds = NotBeforeMs <= nowMs ? holds & ~TaskHolds.NotBefore : holds,
            Outcome = (TaskOutcome)Outcome,
            Attempt = Attempt,
            MaxAttempts = MaxAttempts,
            Retry = StoredJson.ReadRetry(Retry),
            Timeout = TimeoutMs is { } timeout ? Times.SpanFromMs(timeout) : null,
            LeaseDuration = LeaseOverrideMs is { } lease ? Times.SpanFromMs(lease) : null,
            EstimatedCost = EstimateUnit is null ? null : new Cost(Amounts.FromStored(EstimateAmount ?? 0), EstimateUnit),
            Approval = StoredJson.ReadTerms(OwnApproval),
            Worker = Worker,
            EnqueuedAt = Times.FromMs(EnqueuedAtMs),
            NotBefore = Times.FromMs(NotBeforeMs),
            BudgetUntil = Times.FromMs(BudgetUntilMs),
            StartedAt = Times.FromMs(StartedAtMs),
            FinishedAt = Times.FromMs(FinishedAtMs),
            LeaseExpiresAt = Times.FromMs(LeaseExpiresAtMs),
            FinishSequence = FinishSequence,
            PendingDependencies = PendingDependencies,
            Doomed = Doomed,
            Urgent = Urgent && State == (long)TaskState.Queued,
            Waiting = Waiting && State == (long)TaskState.CheckedOut,
            CancelRequested = CancelRequested,
            DedupKey = DedupKey,
            DedupScope = StoredScope.Read(Dedup) ?? default,
            Progress = Progress,
            ProgressMessage = ProgressMessage,
            LastError = LastError,
            Route = RouteType is null ? null : new TaskRoute(RouteType, RouteReason, RouteIsFallback, RouteWorker ?? "", Times.FromMs(RoutedAtMs ?? 0)),
            Metadata = StoredJson.ReadMetadata(Metadata),
        };
    }

    public TaskFinished ToFinished() => new()
    {
        Sequence = FinishSequence!.Value,
        Id = new TaskId(Id),
        Type = Type,
        Group = GroupName,
        Label = Label,
        State = (TaskState)State,
        Outcome = (TaskOutcome)Outcome,
        Attempt = Attempt,
        FinishedAt = Times.FromMs(FinishedAtMs ?? 0),
        LastError = LastError,
    };
}
