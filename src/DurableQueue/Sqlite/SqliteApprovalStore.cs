using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Requests for approvals, their decisions, and gates.</summary>
internal sealed class SqliteApprovalStore(Writer writer, Readers readers) : IApprovalStore
{
    private const string SelectOne = $"{ApprovalInfoRow.Columns} WHERE id = @id";

    private const string SelectPending = $"{ApprovalInfoRow.Columns} INDEXED BY task_approval_pending WHERE state = {RequestCode.Pending} AND id > @after ORDER BY id LIMIT @limit";

    private const string Conditions =
        """
        AND id > @after AND (@status IS NULL OR state = @status) AND (@group IS NULL OR task_group = @group)
        AND (@from IS NULL OR asked_at_ms >= @from) AND (@until IS NULL OR asked_at_ms < @until)
        ORDER BY id LIMIT @limit
        """;

    private const string SelectOfTask = $"{ApprovalInfoRow.Columns} INDEXED BY task_approval_of WHERE task_id = @task {Conditions}";

    private const string SelectAny = $"{ApprovalInfoRow.Columns} WHERE id > 0 {Conditions}";

    private const string SelectGates =
        """
        SELECT name AS Name, type AS Type, group_name AS GroupName, metadata_key AS MetadataKey, metadata_value AS MetadataValue, approvers AS Approvers,
               lifetime_ms AS LifetimeMs, command AS Command
        FROM task_gate ORDER BY name
        """;

    public ValueTask<ApprovalId?> RequestAsync(Lease lease, CheckedRequest request, CancellationToken cancellationToken) =>
        writer.RunAsync(new RequestApproval(lease, request.Key, request.What, request.Arguments, request.Terms), cancellationToken);

    public ValueTask DecideAsync(ApprovalId id, CheckedDecision decision, CancellationToken cancellationToken) =>
        writer.DoAsync(new DecideApproval(id, decision.Approve, decision.By, decision.Note), cancellationToken);

    public ValueTask DecideAsync(TaskId task, CheckedDecision decision, CancellationToken cancellationToken) =>
        writer.DoAsync(new DecideApproval(task, decision.Approve, decision.By, decision.Note), cancellationToken);

    public ValueTask<ApprovalInfo?> FindAsync(ApprovalId id, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => connection.ReadFirst<ApprovalInfoRow>(SelectOne, s => s.Bind("@id", id.Value))?.ToInfo(), cancellationToken);

    public ValueTask<IReadOnlyList<ApprovalInfo>> ReadPendingAsync(ApprovalId after, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => ReadPending(connection, after, limit), cancellationToken);

    public ValueTask<IReadOnlyList<ApprovalInfo>> ReadAsync(ApprovalQuery query, ApprovalId after, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => ReadPage(connection, query, after, limit), cancellationToken);

    public ValueTask SetGateAsync(ApprovalGate gate, CancellationToken cancellationToken) =>
        writer.DoAsync(new ChangeGate(gates => gates.Set(gate)), cancellationToken);

    public ValueTask<bool> RemoveGateAsync(string name, CancellationToken cancellationToken) =>
        writer.RunAsync(new ChangeGate(gates => gates.Remove(name)), cancellationToken);

    public ValueTask<IReadOnlyList<ApprovalGate>> ReadGatesAsync(CancellationToken cancellationToken) => readers.ReadAsync(ReadGates, cancellationToken);

    public ValueTask<bool> PruneAsync(TimeSpan keep, CancellationToken cancellationToken) => writer.RunAsync(new PruneApprovals(keep), cancellationToken);

    public static IReadOnlyList<ApprovalGate> ReadGates(SqliteConnection connection) =>
        [.. connection.ReadRows<GateRow>(SelectGates).Select(row => row.ToGate())];

    public static IReadOnlyList<ApprovalInfo> ReadPending(SqliteConnection connection, ApprovalId after, int limit) =>
        [.. connection.ReadRows<ApprovalInfoRow>(SelectPending, s => s.Bind("@after", after.Value).Bind("@limit", limit)).Select(row => row.ToInfo())];

    public static IReadOnlyList<ApprovalInfo> ReadPage(SqliteConnection connection, ApprovalQuery query, ApprovalId after, int limit)
    {
        return [.. connection.ReadRows<ApprovalInfoRow>(query.Task is null ? SelectAny : SelectOfTask, Bind).Select(row => row.ToInfo())];

        void Bind(Statement statement)
        {
            if (query.Task is { } task)
            {
                statement.Bind("@task", task.Value);
            }

            statement.Bind("@after", after.Value)
                .Bind("@status", (long?)query.Status)
                .Bind("@group", query.Group)
                .Bind("@from", query.From is { } from ? Times.ToMs(from) : default(long?))
                .Bind("@until", query.Until is { } until ? Times.ToMs(until) : default(long?))
                .Bind("@limit", limit);
        }
    }

    private sealed class GateRow : IStoredRow<GateRow>
    {
        public string Name { get; init; } = "";

        public string? Type { get; init; }

        public string? GroupName { get; init; }

        public string? MetadataKey { get; init; }

        public string? MetadataValue { get; init; }

        public string? Approvers { get; init; }

        public long? LifetimeMs { get; init; }

        public string? Command { get; init; }

        public static GateRow Read(StoredCells cells) => new()
        {
            Name = cells.Text(),
            Type = cells.NullableText(),
            GroupName = cells.NullableText(),
            MetadataKey = cells.NullableText(),
            MetadataValue = cells.NullableText(),
            Approvers = cells.NullableText(),
            LifetimeMs = cells.NullableLong(),
            Command = cells.NullableText(),
        };

        public ApprovalGate ToGate() => new(Name)
        {
            Type = Type,
            Group = GroupName,
            MetadataKey = MetadataKey,
            MetadataValue = MetadataValue,
            Approvers = Approvers is null ? null : StoredJson.ReadNames(Approvers),
            ExpiresAfter = LifetimeMs is { } lifetime ? Times.SpanFromMs(lifetime) : null,
            Command = Command,
        };
    }
}
