using System.Diagnostics;
using System.Runtime.Versioning;
using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>Files beside the queue file: whose they are when root makes them, and what is not taken for one.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SideFileTests : IDisposable
{
    private const string Nobody = "65534";

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    private string FilePath => Path.Combine(directory.FullName, "queue.db");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Open_ByRootOnAFileOfAnother_LeavesNothingThatLocksTheOwnerOut()
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux())
        {
            // Only root can give files away.
            return;
        }

        await MakeForNobodyAsync();
        var backup = Path.Combine(directory.FullName, "backup.db");
        await using (var queue = await SqliteTaskQueue.OpenAsync(FilePath))
        {
            await queue.EnqueueAsync(new NewTask("t"));
            await queue.BackupToAsync(backup);
        }

        Assert.All(Directory.GetFiles(directory.FullName), AssertOfNobody);

        var replaced = await SqliteTaskQueue.RestoreAsync(backup, FilePath);
        Assert.NotNull(replaced);
        Assert.All(Directory.GetFiles(directory.FullName), AssertOfNobody);
    }

    [Fact]
    public async Task Open_FileThatAGroupMayWrite_GivesTheLockFileTheSamePermissions()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        const UnixFileMode shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        await File.WriteAllBytesAsync(FilePath, []);
        File.SetUnixFileMode(FilePath, shared);

        await using var queue = await SqliteTaskQueue.OpenAsync(FilePath);

        Assert.Equal(shared, File.GetUnixFileMode(FilePath + "-gate"));
    }

    [Theory]
    [InlineData("ln -s target queue.db-gate")]
    [InlineData("ln target queue.db-gate")]
    [InlineData("mkfifo queue.db-gate")]
    public async Task Open_SomethingElseHasTheNameOfTheLockFile_IsRefusedAndUntouched(string command)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var target = Path.Combine(directory.FullName, "target");
        await File.WriteAllTextAsync(target, "precious");
        Run(command);

        var error = await Assert.ThrowsAsync<QueueStorageException>(() => SqliteTaskQueue.OpenAsync(FilePath).AsTask());

        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
        Assert.Contains("-gate", error.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(target));
    }

    [Fact]
    public async Task Open_LockFileOfAThirdUser_IsRefused()
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux())
        {
            return;
        }

        await MakeForNobodyAsync();
        Run("chown 12345 queue.db-gate");

        var error = await Assert.ThrowsAsync<QueueStorageException>(() => SqliteTaskQueue.OpenAsync(FilePath).AsTask());

        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
        Assert.Contains("belongs to user 12345", error.Message, StringComparison.Ordinal);
    }

    private static void AssertOfNobody(string file)
    {
        var status = FileStatus.Of(file)!.Value;
        Assert.True((status.Owner, status.Group) == (65534, 65534), $"{file} belongs to {status.Owner}:{status.Group}");
    }

    /// <summary>An empty queue file that belongs to nobody; its lock file too.</summary>
    private async Task MakeForNobodyAsync()
    {
        await File.WriteAllBytesAsync(FilePath, []);
        Run($"chown {Nobody}:{Nobody} queue.db");
        await using (await SqliteTaskQueue.OpenAsync(FilePath))
        {
        }
    }

    private void Run(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = directory.FullName })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
