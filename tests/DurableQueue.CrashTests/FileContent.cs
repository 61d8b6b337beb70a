using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;

namespace DurableQueue.CrashTests;

/// <summary>One task as it is stored.</summary>
internal sealed record StoredTask(
    long Id, TaskState State, TaskOutcome Outcome, long Attempt, long Token, bool CancelRequested, string Key, string? Result, string? Checkpoint);

/// <summary>Everything that is stored, read past the queue in one snapshot, whoever else uses the file.</summary>
/// <param name="Integrity">What SQLite says about the file; <c>ok</c> if nothing.</param>
/// <param name="Broken">Invariants that do not hold.</param>
/// <param name="Tasks">By id.</param>
/// <param name="Attempts">How attempts failed, by task and token.</param>
/// <param name="AwaitedIds">Tasks with an unfinished dependent that needs them.</param>
internal sealed record FileContent(
    string Integrity,
    IReadOnlyList<string> Broken,
    IReadOnlyDictionary<long, StoredTask> Tasks,
    IReadOnlyDictionary<(long Id, long Token), TaskOutcome> Attempts,
    IReadOnlySet<long> AwaitedIds)
{
    private const string SelectTasks =
        """
        SELECT t.id, t.state, t.outcome, t.attempt, t.token, t.cancel_requested AS CancelRequested, b.payload, r.result, c.data
        FROM task t LEFT JOIN task_body b ON b.id = t.id LEFT JOIN task_result r ON r.id = t.id LEFT JOIN task_checkpoint c ON c.id = t.id
        """;

    private const string SelectAwaited =
        "SELECT d.parent FROM task_dependency d JOIN task c ON c.id = d.child WHERE d.state <> 1 AND c.state < 2";

    public static FileContent Read(string path)
    {
        // Read only: such a connection never moves the log into the file when it closes, which is the queues' business.
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var snapshot = connection.BeginTransaction(deferred: true);
        var tasks = connection.Query<Row>(SelectTasks, transaction: snapshot).Select(Make).ToDictionary(task => task.Id);
        var attempts = connection.Query<(long Id, long Token, long Outcome)>("SELECT task_id, token, outcome FROM task_attempt", transaction: snapshot)
            .ToDictionary(attempt => (attempt.Id, attempt.Token), attempt => (TaskOutcome)attempt.Outcome);
        var awaited = connection.Query<long>(SelectAwaited, transaction: snapshot).ToHashSet();
        var integrity = string.Join('\n', connection.Query<string>("PRAGMA integrity_check", transaction: snapshot));
        return new FileContent(integrity, Invariants.Read(connection, snapshot), tasks, attempts, awaited);
    }

    private static StoredTask Make(Row row) => new(
        row.Id,
        (TaskState)row.State,
        (TaskOutcome)row.Outcome,
        row.Attempt,
        row.Token,
        row.CancelRequested != 0,
        Text(row.Payload) ?? "",
        Text(row.Result),
        Text(row.Data));

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    private sealed class Row
    {
        public long Id { get; init; }

        public long State { get; init; }

        public long Outcome { get; init; }

        public long Attempt { get; init; }

        public long Token { get; init; }

        public long CancelRequested { get; init; }

        public byte[]? Payload { get; init; }

        public byte[]? Result { get; init; }

        public byte[]? Data { get; init; }
    }
}
