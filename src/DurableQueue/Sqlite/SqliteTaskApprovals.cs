using System.Runtime.CompilerServices;
using Dapper;
using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The approvals, as users see them.</summary>
internal sealed class SqliteTaskApprovals(Writer writer, Readers readers, QueueSignals signals, TimeProvider time) : ITaskApprovals
{
    private const int PageSize = 500;

    private const string SelectOne = $"{ApprovalInfoRow.Columns} WHERE id = @id";

    private const string SelectPending = $"{ApprovalInfoRow.Columns} INDEXED BY task_approval_pending WHERE state = 0 AND id > @after ORDER BY id LIMIT @limit";

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
               lifetime_ms AS LifetimeMs
        FROM task_gate ORDER BY name
        """;

    public async ValueTask<ApprovalInfo?> RequestAsync(
        Lease lease, string what, string arguments = "", ApprovalOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ApprovalOptions();
        Check.Text(what, nameof(what), Limits.WhatLength, 1);
        ArgumentNullException.ThrowIfNull(arguments);
        Check.Note(arguments, nameof(arguments), Limits.ArgumentsLength);
        var operation = new RequestApproval(lease, ApprovalKeys.Of(options), what, arguments, ApprovalChecks.Terms(options));
        return await writer.RunAsync(operation, cancellationToken).ConfigureAwait(false) is { } id
            ? await RequireAsync(id, CancellationToken.None).ConfigureAwait(false)
            : null;
    }

    public async ValueTask<ApprovalInfo> WaitAsync(ApprovalId id, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var seen = signals.Approvals.Version;
            var info = await RequireAsync(id, cancellationToken).ConfigureAwait(false);
            if (info.Status != ApprovalStatus.Pending)
            {
                return info;
            }

            if (info.ExpiresAt <= time.GetUtcNow())
            {
                await writer.RunAsync(new Sweep(), cancellationToken).ConfigureAwait(false);
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
                // Its time is over, if nobody decided at the last moment: the next look tells.
            }
        }
    }

    public ValueTask ApproveAsync(ApprovalId id, string by, string? note = null, CancellationToken cancellationToken = default)
    {
        CheckDecision(by, note, nameof(note), 0);
        return DoAsync(new DecideApproval(id, approve: true, by, note), cancellationToken);
    }

    public ValueTask RejectAsync(ApprovalId id, string by, string reason, CancellationToken cancellationToken = default)
    {
        CheckDecision(by, reason, nameof(reason), 1);
        return DoAsync(new DecideApproval(id, approve: false, by, reason), cancellationToken);
    }

    public ValueTask<ApprovalInfo?> GetAsync(ApprovalId id, CancellationToken cancellationToken = default) =>
        readers.ReadAsync(connection => connection.QueryFirstOrDefault<ApprovalInfoRow>(SelectOne, new { id = id.Value })?.ToInfo(), cancellationToken);

    public async ValueTask<IReadOnlyList<ApprovalInfo>> ListPendingAsync(int limit = 1_000, CancellationToken cancellationToken = default)
    {
        Check.Between(limit, 1, Limits.BatchSize, nameof(limit));
        return await ReadPendingAsync(default, limit, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ApprovalInfo> WatchPendingAsync(
        ApprovalId after = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var seen = signals.Approvals.Version;
            var page = await ReadPendingAsync(after, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (var info in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                after = info.Id;
                yield return info;
            }

            if (page.Count < PageSize)
            {
                await signals.WaitAsync(signals.Approvals, seen, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async IAsyncEnumerable<ApprovalInfo> ReadAsync(
        ApprovalQuery? query = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        query ??= new ApprovalQuery();
        var after = query.After;
        List<ApprovalInfo> page;
        do
        {
            var from = after;
            page = await readers.ReadAsync(connection => ReadPage(connection, query, from), cancellationToken).ConfigureAwait(false);
            foreach (var info in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                after = info.Id;
                yield return info;
            }
        }
        while (page.Count == PageSize);
    }

    public ValueTask SetGateAsync(ApprovalGate gate, CancellationToken cancellationToken = default)
    {
        ApprovalChecks.Gate(gate);
        return DoAsync(new ChangeGate(gates => gates.Set(gate)), cancellationToken);
    }

    public ValueTask<bool> RemoveGateAsync(string name, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        return writer.RunAsync(new ChangeGate(gates => gates.Remove(name)), cancellationToken);
    }

    public ValueTask<IReadOnlyList<ApprovalGate>> ListGatesAsync(CancellationToken cancellationToken = default) =>
        readers.ReadAsync<IReadOnlyList<ApprovalGate>>(ReadGates, cancellationToken);

    /// <summary>Who decided, and why.</summary>
    public static void CheckDecision(string by, string? note, string argument, int minLength)
    {
        Check.Text(by, nameof(by), Limits.WorkerLength, 1);
        Check.Note(note, argument, Limits.NoteLength, minLength);
    }

    public static List<ApprovalGate> ReadGates(SqliteConnection connection) => connection.Query<GateRow>(SelectGates).Select(row => row.ToGate()).AsList();

    public static List<ApprovalInfo> ReadPending(SqliteConnection connection, ApprovalId after, int limit) =>
        connection.Query<ApprovalInfoRow>(SelectPending, new { after = after.Value, limit }).Select(row => row.ToInfo()).AsList();

    public static List<ApprovalInfo> ReadPage(SqliteConnection connection, ApprovalQuery query, ApprovalId after)
    {
        var parameters = new
        {
            task = query.Task?.Value,
            after = after.Value,
            status = (long?)query.Status,
            group = query.Group,
            from = query.From is { } from ? Times.ToMs(from) : default(long?),
            until = query.Until is { } until ? Times.ToMs(until) : default(long?),
            limit = PageSize,
        };
        return [.. connection.Query<ApprovalInfoRow>(query.Task is null ? SelectAny : SelectOfTask, parameters).Select(row => row.ToInfo())];
    }

    private ValueTask<List<ApprovalInfo>> ReadPendingAsync(ApprovalId after, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => ReadPending(connection, after, limit), cancellationToken);

    private async ValueTask<ApprovalInfo> RequireAsync(ApprovalId id, CancellationToken cancellationToken) =>
        await GetAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new ApprovalNotFoundException(id);

    private async ValueTask DoAsync(WriteOperation<bool> operation, CancellationToken cancellationToken) =>
        await writer.RunAsync(operation, cancellationToken).ConfigureAwait(false);

    private sealed class GateRow
    {
        public string Name { get; init; } = "";

        public string? Type { get; init; }

        public string? GroupName { get; init; }

        public string? MetadataKey { get; init; }

        public string? MetadataValue { get; init; }

        public string? Approvers { get; init; }

        public long? LifetimeMs { get; init; }

        public ApprovalGate ToGate() => new(Name)
        {
            Type = Type,
            Group = GroupName,
            MetadataKey = MetadataKey,
            MetadataValue = MetadataValue,
            Approvers = Approvers is null ? null : StoredJson.ReadNames(Approvers),
            ExpiresAfter = LifetimeMs is { } lifetime ? Times.SpanFromMs(lifetime) : null,
        };
    }
}
