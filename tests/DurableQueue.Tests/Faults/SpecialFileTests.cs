using System.Diagnostics;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>A named pipe or a device in the place of a queue file or a backup: opening it could wait for ever, writing to it could destroy what is there.</summary>
public sealed class SpecialFileTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_NamedPipe_IsRefusedAtOnce(bool hasGate)
    {
        var pipe = NewPipe();
        string[] names = ["pipe"];
        if (hasGate)
        {
            await File.WriteAllTextAsync(pipe + "-gate", "");
            names = ["pipe", "pipe-gate"];
        }

        await AssertRefusedAsync(pipe, () => SqliteTaskQueue.OpenAsync(pipe).AsTask());

        Assert.Equal(names, directory.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Open_Device_IsRefusedAndNothingIsMadeBesideIt()
    {
        var before = Directory.GetFiles("/dev");

        await AssertRefusedAsync("/dev/null", () => SqliteTaskQueue.OpenAsync("/dev/null").AsTask());

        Assert.DoesNotContain("/dev/null-gate", Directory.GetFiles("/dev").Except(before));
    }

    [Fact]
    public async Task Restore_FromOrOntoANamedPipe_IsRefusedAtOnce()
    {
        var pipe = NewPipe();
        var path = Path.Combine(directory.FullName, "q.db");
        await using (await SqliteTaskQueue.OpenAsync(path))
        {
        }

        var before = await File.ReadAllBytesAsync(path);
        await AssertRefusedAsync(pipe, () => SqliteTaskQueue.RestoreAsync(pipe, path).AsTask());
        await AssertRefusedAsync(pipe, () => SqliteTaskQueue.RestoreAsync(path, pipe).AsTask());

        Assert.Equal(before, await File.ReadAllBytesAsync(path));
        Assert.True(File.Exists(pipe));
    }

    private static async Task AssertRefusedAsync(string path, Func<Task> open)
    {
        // On a thread of its own: what opens a pipe blocks.
        var opened = Task.Factory.StartNew(open, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => opened.WaitAsync(Limit));
        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
        Assert.Equal($"{path} is a pipe, a device or a socket. A queue needs a regular file.", error.Message);
    }

    private string NewPipe()
    {
        var pipe = Path.Combine(directory.FullName, "pipe");
        using var process = Process.Start("mkfifo", [pipe]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return pipe;
    }
}
