using System.Runtime.Versioning;
using System.Security.Cryptography;
using DurableQueue.Tests.Processes;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>A user who may not write, or not even look. Root passes every check, so a test that runs as root lets the child be nobody.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PermissionTests : ProcessTest
{
    private const UnixFileMode Everything =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Searchable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly string[] Unprivileged =
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp"] : [];

    private string Folder => Path.GetDirectoryName(QueuePath)!;

    [Fact]
    public async Task Open_DirectoryCannotBeWritten_IsRefusedAndNothingIsMade()
    {
        File.SetUnixFileMode(Folder, Searchable);

        Assert.StartsWith("refused CannotOpen", await TryAsync(), StringComparison.Ordinal);

        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task Open_DirectoryCannotBeEntered_IsRefused()
    {
        await MakeAsync();
        File.SetUnixFileMode(Folder, UnixFileMode.None);

        Assert.StartsWith("refused CannotOpen", await TryAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileCannotBeRead_IsRefusedAndUntouched()
    {
        var before = await MakeAsync();
        File.SetUnixFileMode(Folder, Everything);
        File.SetUnixFileMode(QueuePath, UnixFileMode.None);

        Assert.StartsWith("refused CannotOpen", await TryAsync(), StringComparison.Ordinal);

        await AssertUntouchedAsync(before);
    }

    [Fact]
    public async Task Open_LockFileCannotBeWritten_IsRefusedAndUntouched()
    {
        var before = await MakeAsync();
        File.SetUnixFileMode(Folder, Everything);
        File.SetUnixFileMode(QueuePath, Everything);
        File.SetUnixFileMode(QueuePath + "-gate", Readable);

        Assert.StartsWith("refused CannotOpen", await TryAsync(), StringComparison.Ordinal);

        await AssertUntouchedAsync(before);
    }

    [Fact]
    public async Task Write_FileIsReadOnly_SaysSoAndChangesNothing()
    {
        var before = await MakeAsync();
        File.SetUnixFileMode(Folder, Everything);
        foreach (var file in Directory.GetFiles(Folder))
        {
            File.SetUnixFileMode(file, file == QueuePath ? Readable : Everything);
        }

        Assert.StartsWith("refused ReadOnly", await TryAsync(), StringComparison.Ordinal);

        await AssertUntouchedAsync(before);
    }

    /// <returns>The line that says how it ended.</returns>
    private async Task<string> TryAsync()
    {
        var child = StartThrough(Unprivileged, "try");
        Assert.True(await child.ExitAsync() == 0, child.Describe());
        File.SetUnixFileMode(Folder, Everything);
        return Assert.Single(child.Lines, line => line.StartsWith("refused", StringComparison.Ordinal) || line.StartsWith("enqueued", StringComparison.Ordinal));
    }

    private async Task<byte[]> MakeAsync()
    {
        await using (var queue = await OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("t"));
        }

        return SHA256.HashData(await File.ReadAllBytesAsync(QueuePath));
    }

    private async Task AssertUntouchedAsync(byte[] before)
    {
        File.SetUnixFileMode(QueuePath, Everything);
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(QueuePath)));
        File.SetUnixFileMode(QueuePath + "-gate", Everything);
        await using var queue = await OpenAsync();
        Assert.Equal(1, (await queue.Inspector.CountAsync()).Total.Total);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }
}
