using System.Globalization;
using DurableQueue.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Files of older schema versions go on to work.</summary>
public sealed class MigrationTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-migration-");

    private string Path => System.IO.Path.Combine(directory.FullName, "queue.db");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Open_FileOfVersion1_KeepsItsTasksAndTakesNewOnes()
    {
        SQLitePCL.Batteries_V2.Init();
        await using (var connection = new SqliteConnection($"Data Source={Path};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = await InitialScriptAsync() + string.Create(
                CultureInfo.InvariantCulture,
                $"""
                INSERT INTO task_type (id, name) VALUES (1, 'work');
                INSERT INTO lane (id, group_id, type_id, urgent) VALUES (1, 1, 1, 0);
                INSERT INTO worker (id, name, host, boot_id, pid, pid_started_at, queue_instance, started_at_ms, last_seen_at_ms) VALUES (1, 'old', 'h', 'b', 1, 1, 'q', 1, 1);
                INSERT INTO task (id, lane_id, state, holds, rank, position, attempt, max_attempts, token, enqueued_at_ms, lease_ms, lease_expires_at_ms, started_at_ms, worker_id, worker)
                VALUES (1, 1, 1, 0, 0, 1, 1, 3, 1, 1000, 300000, 2000, 1500, 1, 'old');
                UPDATE task_group SET running = 1 WHERE id = 1;
                UPDATE queue_state SET next_task_id = 2;
                PRAGMA application_id = {Migrations.ApplicationId};
                PRAGMA user_version = 1;
                """);
            await command.ExecuteNonQueryAsync();
        }

        await using var queue = await SqliteTaskQueue.OpenAsync(Path, new SqliteQueueOptions { BackgroundSweeps = false });

        Assert.Equal(1, await queue.ReapExpiredAsync());
        var task = await queue.CheckoutAsync(new CheckoutRequest { Worker = "new", AdoptedTypes = ["work"] });
        Assert.Equal((new TaskId(1), 2, 0), (task!.Id, task.Attempt, task.Slot));
        await queue.FailAsync(task.Lease, new TaskFailure("no") { Result = new byte[1] });
        Assert.Equal(1, await queue.Notifications.RaiseAsync(new NewNotification("topic", "text")));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    private static async Task<string> InitialScriptAsync()
    {
        await using var stream = typeof(SqliteTaskQueue).Assembly.GetManifestResourceStream("DurableQueue.Schema.0001_initial")!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
