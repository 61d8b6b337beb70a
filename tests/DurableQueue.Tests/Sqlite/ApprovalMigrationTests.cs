using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>A file of schema version 1, with decisions in it, is brought to the schema of approvals and loses none.</summary>
public sealed class ApprovalMigrationTests : IDisposable
{
    private const string Version1 =
        """
        INSERT INTO task_type (id, name) VALUES (1, 'deploy');
        INSERT INTO lane (id, group_id, type_id, urgent) VALUES (1, 1, 1, 0);
        INSERT INTO task (id, lane_id, state, holds, rank, position, max_attempts, approval, enqueued_at_ms, label)
        VALUES (1, 1, 0, 8, 0, 1, 3, 1, 1000, 'waits'), (2, 1, 0, 4, 0, 2, 3, 2, 1000, 'approved');
        INSERT INTO task (id, lane_id, state, outcome, holds, rank, position, max_attempts, approval, enqueued_at_ms, finished_at_ms, finish_sequence)
        VALUES (3, 1, 3, 6, 0, 0, 3, 3, 3, 1000, 3000, 1);
        INSERT INTO task_approval (task_id, approved, decided_by, note, decided_at_ms) VALUES (2, 1, 'ann', 'fine', 2000), (3, 0, 'bob', 'no', 3000);
        UPDATE task_group SET queued = 2, failed = 1;
        UPDATE queue_state SET next_task_id = 4, finish_sequence = 1;
        """;

    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Open_FileOfVersion1_KeepsDecisionsAndPendingApprovals()
    {
        await using (var made = await directory.OpenAsync())
        {
        }

        MakeVersion1();

        await using var queue = await directory.OpenAsync();

        var verification = await queue.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
        var records = new List<ApprovalInfo>();
        await foreach (var record in queue.Approvals.ReadAsync())
        {
            records.Add(record);
        }

        Assert.Equal(
            [(2, ApprovalStatus.Approved, "ann", "fine"), (3, ApprovalStatus.Rejected, "bob", "no"), (1, ApprovalStatus.Pending, null, null)],
            records.Select(record => ((int)record.TaskId.Value, record.Status, record.DecidedBy, record.Note)));
        Assert.Equal(("deploy", "default", "waits"), (records[2].What, records[2].Group, records[2].Label));
        await queue.Control.ApproveAsync(new TaskId(1), "ann");
        Assert.Equal(new TaskId(1), (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))?.Id);
        await queue.Control.RetryAsync(new TaskId(3));
        Assert.Equal(new TaskId(3), Assert.Single(await queue.Approvals.ListPendingAsync()).TaskId);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Open_FileThatOnlySaysItIsOfVersion1_IsLeftAsItIs()
    {
        await using (var made = await directory.OpenAsync())
        {
        }

        MakeVersion1();
        directory.Execute("DROP TABLE task_result");

        var error = await Assert.ThrowsAsync<QueueStorageException>(async () => await directory.OpenAsync());

        Assert.Equal(QueueStorageError.Corrupt, error.Error);
        Assert.Contains("task_result", error.Message, StringComparison.Ordinal);
        Assert.Equal(1L, directory.Execute("PRAGMA user_version"));
    }

    /// <summary>Puts a file with the tables of version 1 in the place of the one that was made.</summary>
    private void MakeVersion1()
    {
        var tables = ((string)directory.Execute("SELECT group_concat(name) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")!).Split(',');
        directory.Execute(string.Concat(tables.Select(table => $"DROP TABLE {table};")));
        directory.Execute(Migrations.ReadScript(0));
        directory.Execute(Version1);
        directory.Execute("PRAGMA user_version = 1");
    }
}
