using System.IO.Compression;
using DurableQueue.Tests.Processes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>A backup takes the place of a queue, whatever state that is in, and what it replaces is kept.</summary>
public sealed class RestoreTests : ProcessTest
{
    private static readonly CheckoutRequest Worker = new() { Worker = "w" };

    private string Folder => Path.GetDirectoryName(QueuePath)!;

    private string BackupPath => Path.Combine(Folder, "backup.db");

    [Fact]
    public async Task Restore_ClosedQueue_ReplacesItAndKeepsWhatWasThere()
    {
        await MakeBackupAsync("kept");
        await AddAsync("later", "latest");

        var replaced = await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath);

        Assert.Matches(@"queue\.db\.replaced-\d{8}T\d{6}Z$", replaced);
        Assert.Equal(["kept"], await TypesAsync(QueuePath));
        Assert.Equal(["kept", "later", "latest"], await TypesAsync(replaced!));
        Assert.Equal(["kept"], await TypesAsync(BackupPath));
        Assert.Empty(Directory.GetFiles(Folder, "*.partial"));
    }

    [Fact]
    public async Task Restore_IdsOfTheReplacedQueue_AreNotGivenOutAgain()
    {
        await MakeBackupAsync("kept");
        await AddAsync("later", "latest");

        await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath);

        Assert.Equal(4, Assert.Single(await AddAsync("new")));
    }

    [Fact]
    public async Task Restore_IdsThatOnlyTheLogFolderKnows_AreNotGivenOutAgain()
    {
        await MakeBackupAsync("kept");
        Directory.CreateDirectory(QueuePath + ".logs");
        await File.WriteAllTextAsync(Path.Combine(QueuePath + ".logs", "70.1.log"), "");
        await File.WriteAllTextAsync(Path.Combine(QueuePath + ".logs", "notes.txt"), "");

        await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath);

        Assert.Equal(71, Assert.Single(await AddAsync("new")));
    }

    [Fact]
    public async Task Restore_EachCopy_IsAQueueOfItsOwn()
    {
        await MakeBackupAsync("kept");
        var original = Identity(QueuePath);
        var backup = Identity(BackupPath);

        await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath);
        var restored = Identity(QueuePath);

        Assert.Equal(3, new[] { original, backup, restored }.Distinct().Count());
    }

    [Fact]
    public async Task Restore_LeaseOfTheReplacedQueue_IsWorthless()
    {
        Lease lease;
        await using (var queue = await OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("t"));
            await ((SqliteTaskQueue)queue).BackupToAsync(BackupPath);
            lease = (await queue.CheckoutAsync(Worker))!.Lease;
        }

        await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath);

        await using var restored = await OpenAsync();
        var again = (await restored.CheckoutAsync(Worker))!.Lease;
        Assert.Equal(lease.TaskId, again.TaskId);
        Assert.False(await restored.CompleteAsync(lease));
        Assert.True(await restored.CompleteAsync(again));
        Assert.True((await restored.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Restore_TaskThatRanAtTheBackup_IsTakenOverThoughItsProcessLives()
    {
        await using (var queue = await OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("t"));
            Assert.NotNull(await queue.CheckoutAsync(Worker with { AdoptedTypes = ["t"] }));
            await ((SqliteTaskQueue)queue).BackupToAsync(BackupPath);
        }

        await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath);

        await using var restored = await OpenAsync();
        Assert.Single(await restored.TakeOverAsync(Worker with { Worker = "next", AdoptedTypes = ["t"] }, 1));
    }

    [Fact]
    public async Task Restore_KilledQueue_KeepsItsLogInTheReplacedFile()
    {
        await MakeBackupAsync("kept");
        await LeaveKilledAsync();

        var replaced = await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath);

        Assert.Equal(["kept"], await TypesAsync(QueuePath));
        Assert.Equal(["kept", "step"], await TypesAsync(replaced!));
    }

    [Fact]
    public async Task Restore_BackupThatWasCopiedOverAKilledQueueByHand_PutsItRight()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await MakeBackupAsync("kept");
        await LeaveKilledAsync();
        File.Copy(BackupPath, QueuePath, overwrite: true);

        var replaced = await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath);

        Assert.Equal(["kept"], await TypesAsync(QueuePath));
        Assert.True(new FileInfo(replaced + "-wal").Length > 0);
    }

    [Fact]
    public async Task Restore_NoFileButItsLog_IsNotReplayed()
    {
        await MakeBackupAsync("kept");
        await LeaveKilledAsync();
        File.Delete(QueuePath);

        Assert.Null(await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath));

        Assert.Equal(["kept"], await TypesAsync(QueuePath));
    }

    [Fact]
    public async Task Restore_NoQueueYet_MakesIt()
    {
        await MakeBackupAsync("kept");
        var place = Path.Combine(Folder, "elsewhere.db");

        Assert.Null(await SqliteTaskQueue.RestoreAsync(BackupPath, place));

        Assert.Equal(["kept"], await TypesAsync(place));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(place));
        }
    }

    [Fact]
    public async Task Restore_QueueThatIsOpenHere_IsRefusedAndTheQueueContinues()
    {
        await MakeBackupAsync("kept");
        await using var queue = await OpenAsync();

        await AssertRefusedAsync(QueueStorageError.Busy, "open in");

        await queue.EnqueueAsync(new NewTask("later"));
        Assert.Equal(2, (await queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Restore_QueueThatIsOpenInAnotherProcess_IsRefusedAndNamesIt()
    {
        await MakeBackupAsync("kept");
        var child = await StartAndGoAsync("idle");

        await AssertRefusedAsync(QueueStorageError.Busy, OperatingSystem.IsLinux() ? $"process {child.Id}" : "open in");

        child.Stop();
        Assert.Equal(0, await child.ExitAsync());
        await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath);
    }

    [Fact]
    public async Task Restore_DamagedBackup_ReplacesNothing()
    {
        await MakeBackupAsync("kept");
        using (var connection = new SqliteConnection($"Data Source={BackupPath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE task_group SET queued = 77";
            command.ExecuteNonQuery();
        }

        await AssertRefusedAsync(QueueStorageError.Corrupt, "inconsistent");
        await File.WriteAllTextAsync(BackupPath, "no database, however long it is made");
        await AssertRefusedAsync(QueueStorageError.ForeignFile, "backup.db");
        File.Delete(BackupPath);
        await AssertRefusedAsync(QueueStorageError.CannotOpen, "does not exist");
        await Assert.ThrowsAsync<ArgumentException>("backup", () => SqliteTaskQueue.RestoreAsync(QueuePath, QueuePath).AsTask());

        Assert.Equal(["kept"], await TypesAsync(QueuePath));
        Assert.Empty(Directory.GetFiles(Folder, "*.replaced-*"));
        Assert.Empty(Directory.GetFiles(Folder, "*.partial"));
    }

    [Fact]
    public async Task Restore_FileOfAnOlderSchema_IsBroughtUpToDateInTheCopyOnly()
    {
        await AddAsync("replaced");
        using (var packed = new GZipStream(File.OpenRead(RepositoryRoot.File("tests", "DurableQueue.Tests", "Sqlite", "Fixtures", "schema-6.db.gz")), CompressionMode.Decompress))
        using (var file = File.Create(BackupPath))
        {
            await packed.CopyToAsync(file);
        }

        var before = await File.ReadAllBytesAsync(BackupPath);
        await SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath);

        Assert.Equal(before, await File.ReadAllBytesAsync(BackupPath));
        await using var restored = await OpenAsync();
        Assert.True((await restored.Inspector.VerifyAsync()).IsSound);
    }

    private static async Task<string[]> TypesAsync(string path)
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(path, new SqliteQueueOptions { BackgroundSweeps = false });
        var verification = await queue.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
        return [.. (await queue.Inspector.QueryAsync(new TaskQuery { Order = TaskOrder.Enqueued })).Tasks.Select(task => task.Type)];
    }

    private static string Identity(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT queue FROM queue_identity";
        return (string)command.ExecuteScalar()!;
    }

    private async Task MakeBackupAsync(string type)
    {
        await AddAsync(type);
        await using var queue = await SqliteTaskQueue.OpenAsync(QueuePath);
        await queue.BackupToAsync(BackupPath);
    }

    private async Task<long[]> AddAsync(params string[] types)
    {
        await using var queue = await OpenAsync();
        return [.. (await queue.EnqueueAsync([.. types.Select(type => new NewTask(type))])).Select(id => id.Value)];
    }

    private async Task LeaveKilledAsync()
    {
        var child = await StartAndGoAsync("steps", "steps=list:1,stay", "sweeps=no");
        await child.WaitForLineAsync("+ list 1");
        child.Kill();
        await child.ExitAsync();
    }

    private async Task AssertRefusedAsync(QueueStorageError kind, string says)
    {
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => SqliteTaskQueue.RestoreAsync(BackupPath, QueuePath).AsTask());
        Assert.Equal(kind, error.Error);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
