using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>A request as the reading statements give it.</summary>
internal sealed class ApprovalInfoRow : IStoredRow<ApprovalInfoRow>
{
    public const string Columns =
        """
        SELECT id AS Id, task_id AS TaskId, in_run AS InRun, key AS Key, what AS What, arguments AS Arguments, attempt AS Attempt, worker AS Worker,
               task_type AS TaskType, task_group AS GroupName, task_label AS Label, gates AS Gates, approvers AS Approvers, asked_at_ms AS AskedAtMs,
               expires_at_ms AS ExpiresAtMs, state AS State, decided_by AS DecidedBy, note AS Note, decided_at_ms AS DecidedAtMs, outdated AS Outdated,
               task_gone AS TaskGone
        FROM task_approval
        """;

    public long Id { get; init; }

    public long TaskId { get; init; }

    public bool InRun { get; init; }

    public string Key { get; init; } = "";

    public string What { get; init; } = "";

    public string Arguments { get; init; } = "";

    public int Attempt { get; init; }

    public string? Worker { get; init; }

    public string TaskType { get; init; } = "";

    public string GroupName { get; init; } = "";

    public string? Label { get; init; }

    public string Gates { get; init; } = "[]";

    public string? Approvers { get; init; }

    public long AskedAtMs { get; init; }

    public long? ExpiresAtMs { get; init; }

    public long State { get; init; }

    public string? DecidedBy { get; init; }

    public string? Note { get; init; }

    public long? DecidedAtMs { get; init; }

    public bool Outdated { get; init; }

    public bool TaskGone { get; init; }

    public static ApprovalInfoRow Read(StoredCells cells) => new()
    {
        Id = cells.Long(),
        TaskId = cells.Long(),
        InRun = cells.Bool(),
        Key = cells.Text(),
        What = cells.Text(),
        Arguments = cells.Text(),
        Attempt = cells.Int(),
        Worker = cells.NullableText(),
        TaskType = cells.Text(),
        GroupName = cells.Text(),
        Label = cells.NullableText(),
        Gates = cells.Text(),
        Approvers = cells.NullableText(),
        AskedAtMs = cells.Long(),
        ExpiresAtMs = cells.NullableLong(),
        State = cells.Long(),
        DecidedBy = cells.NullableText(),
        Note = cells.NullableText(),
        DecidedAtMs = cells.NullableLong(),
        Outdated = cells.Bool(),
        TaskGone = cells.Bool(),
    };

    public ApprovalInfo ToInfo() => new()
    {
        Id = new ApprovalId(Id),
        TaskId = new TaskId(TaskId),
        InRun = InRun,
        Key = Key.StartsWith(ApprovalKeys.Named) ? Key[1..] : null,
        What = What,
        Arguments = Arguments,
        Attempt = Attempt,
        Worker = Worker,
        TaskType = TaskType,
        Group = GroupName,
        Label = Label,
        Gates = StoredJson.ReadNames(Gates),
        Approvers = Approvers is null ? null : StoredJson.ReadNames(Approvers),
        RequestedAt = Times.FromMs(AskedAtMs),
        ExpiresAt = Times.FromMs(ExpiresAtMs),
        Status = (ApprovalStatus)State,
        DecidedBy = DecidedBy,
        Note = Note,
        DecidedAt = Times.FromMs(DecidedAtMs),
        Outdated = Outdated,
        TaskGone = TaskGone,
    };
}
