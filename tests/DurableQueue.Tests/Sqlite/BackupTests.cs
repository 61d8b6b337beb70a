using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class BackupTests : IDisposable
{
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    private string Folder => Path.GetDirectoryName(directory.FilePath)!;

    private string Target => Path.Combine(Folder, "copy.db");

    [Fact]
    public async Task Backup_UnderLoad_OpensIsSoundAndHoldsWhatWasThereBefore()
    {
        await using var queue = await directory.OpenAsync();
        var before = await queue.EnqueueAsync([.. Enumerable.Range(0, 2_000).Select(i => new NewTask("t", new byte[200]) { Group = $"g{i % 7}" })]);
        using var stop = new CancellationTokenSource();
        using var working = new CountdownEvent(6);
        var load = Enumerable.Range(0, working.InitialCount).Select(worker => Task.Run(async () =>
        {
            for (var rounds = 0; !stop.IsCancellationRequested; rounds++)
            {
                await queue.EnqueueAsync(new NewTask("t", new byte[200]));
                if (await queue.CheckoutAsync(new CheckoutRequest { Worker = $"w{worker}" }) is { } task)
                {
                    Assert.True(await queue.CompleteAsync(task.Lease));
                }

                if (rounds == 0)
                {
                    working.Signal();
                }
            }
        })).ToArray();
        Assert.True(await Task.Run(() => working.Wait(QueueDirectory.Limit)));

        await queue.BackupToAsync(Target).AsTask().WaitAsync(QueueDirectory.Limit);
        await stop.CancelAsync();
        await Task.WhenAll(load).WaitAsync(QueueDirectory.Limit);

        await using var copy = await OpenCopyAsync();
        var verification = await copy.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
        Assert.True(verification.Tasks >= before.Count);
        Assert.NotNull(await copy.Inspector.GetAsync(before[^1]));
        Assert.True((await copy.EnqueueAsync(new NewTask("t"))).Value > before[^1].Value);
        await AssertIntegrityAsync();
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Backup_Made_IsForTheOwnerOnlyAndAlone()
    {
        await using var queue = await directory.OpenAsync();

        await queue.BackupToAsync(Target);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
        }

        Assert.Equal([Target], Directory.GetFiles(Folder, "copy.db*"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    [InlineData("-journal")]
    [InlineData("-gate")]
    public async Task Backup_SomethingHasTheName_IsRefusedAndUntouched(string suffix)
    {
        await using var queue = await directory.OpenAsync();
        await File.WriteAllTextAsync(Target + suffix, "mine");

        await Assert.ThrowsAsync<ArgumentException>("path", () => queue.BackupToAsync(Target).AsTask());

        Assert.Equal("mine", await File.ReadAllTextAsync(Target + suffix));
        Assert.Equal([Target + suffix], Directory.GetFiles(Folder, "copy.db*"));
    }

    [Fact]
    public async Task Backup_OntoTheQueueItself_IsRefused()
    {
        await using var queue = await directory.OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>("path", () => queue.BackupToAsync(directory.FilePath).AsTask());
        await Assert.ThrowsAsync<ArgumentException>("path", () => queue.BackupToAsync(Folder).AsTask());
        await Assert.ThrowsAsync<ArgumentException>("path", () => queue.BackupToAsync(" ").AsTask());

        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Backup_NoSuchDirectory_IsAStorageError()
    {
        await using var queue = await directory.OpenAsync();

        var error = await Assert.ThrowsAsync<QueueStorageException>(() => queue.BackupToAsync(Path.Combine(Folder, "none", "copy.db")).AsTask());

        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
    }

    [Fact]
    public async Task Backup_Cancelled_LeavesNothing()
    {
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("t", new byte[100_000]), 400)]);

        // A cancel may come just after the end; then the backup is whole. One that comes in time ends the copying.
        for (var round = 0; round < 50; round++)
        {
            if (await CancelWhileCopyingAsync(queue))
            {
                Assert.Empty(Directory.GetFiles(Folder, "copy.db*"));
                return;
            }

            Assert.Equal([Target], Directory.GetFiles(Folder, "copy.db*"));
            File.Delete(Target);
        }

        Assert.Fail("No cancel in 50 came in time.");
    }

    [Fact]
    public async Task Backup_ThroughTheInterface_FindsTheFileBehindIt()
    {
        await using ITaskQueue queue = await directory.OpenAsync();

        await queue.BackupToAsync(Target);

        Assert.True(File.Exists(Target));
    }

    [Fact]
    public async Task Backup_QueueClosed_IsRefused()
    {
        var queue = await directory.OpenAsync();
        await queue.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => queue.BackupToAsync(Target).AsTask());
    }

    private async Task<bool> CancelWhileCopyingAsync(SqliteTaskQueue queue)
    {
        using var cancel = new CancellationTokenSource();
        using var guard = new CancellationTokenSource(QueueDirectory.Limit);
        var copying = Task.Run(() => queue.BackupToAsync(Target, cancel.Token).AsTask());
        while (Directory.GetFiles(Folder, "copy.db*").Length == 0 && !copying.IsCompleted)
        {
            await Task.Yield();
            guard.Token.ThrowIfCancellationRequested();
        }

        await cancel.CancelAsync();
        try
        {
            await copying.WaitAsync(guard.Token);
            return false;
        }
        catch (OperationCanceledException) when (!guard.IsCancellationRequested)
        {
            return true;
        }
    }

    private ValueTask<SqliteTaskQueue> OpenCopyAsync() =>
        SqliteTaskQueue.OpenAsync(Target, new SqliteQueueOptions { TimeProvider = directory.Time, BackgroundSweeps = false });

    private async Task AssertIntegrityAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Target};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", await command.ExecuteScalarAsync());
    }
}
