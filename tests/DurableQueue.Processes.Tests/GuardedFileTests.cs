using DurableQueue.Processes.Linux;
using DurableQueue.Processes.Running;
using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>What stands beside a queue file: whose it may be, and whose it becomes. Other users' files can only be set up by root.</summary>
public sealed class GuardedFileTests : FolderTest
{
    private const int Append = Native.OpenWriteOnly | Native.OpenAppend;

    private string Beside => $"{QueuePath}.log";

    [Fact]
    public void Open_FileOfAThirdUser_IsRefusedAndNotWritten()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        File.WriteAllText(Beside, "theirs");
        Give(Beside, 1001);

        var refused = Assert.Throws<PlaceException>(() => GuardedFile.Open(QueuePath, Beside, Append | Native.OpenTruncate));

        Assert.Contains("belongs to another user (id 1001)", refused.Message, StringComparison.Ordinal);
        Assert.Equal("theirs", File.ReadAllText(Beside));
    }

    [Fact]
    public void Open_ByRootInAnothersQueue_GivesTheFileToTheOwner()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        Give(QueuePath, 1001);
        GuardedFile.Open(QueuePath, Beside, Append).Dispose();
        File.WriteAllText($"{Beside}.roots", "");
        GuardedFile.Open(QueuePath, $"{Beside}.roots", Append).Dispose();
        Assert.Equal(0, Native.MakeFifo($"{Beside}.pipe", 0x180));
        GuardedFile.OpenPipe(QueuePath, $"{Beside}.pipe").Dispose();

        foreach (var path in new[] { Beside, $"{Beside}.roots", $"{Beside}.pipe" })
        {
            Assert.Equal((1001u, 1002u), (FileStatus.Of(path, followLink: false)!.Value.Owner, FileStatus.Of(path, followLink: false)!.Value.Group));
        }
    }

    [Fact]
    public void Open_NotARegularFile_IsRefusedWithoutWaiting()
    {
        Assert.Equal(0, Native.MakeFifo(Beside, 0x180));
        using var reading = Descriptors.Open(Beside, Native.OpenReadOnly | Native.OpenNonBlocking);
        File.WriteAllText($"{Beside}.pipe", "");

        Assert.Contains("not a regular file", Assert.Throws<PlaceException>(() => GuardedFile.Open(QueuePath, Beside, Append)).Message, StringComparison.Ordinal);
        Assert.Contains("not a pipe", Assert.Throws<PlaceException>(() => GuardedFile.OpenPipe(QueuePath, $"{Beside}.pipe")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Link_IsRefused()
    {
        var precious = In("precious");
        File.WriteAllText(precious, "kept");
        File.CreateSymbolicLink(Beside, precious);

        Assert.Contains("is a link", Assert.Throws<PlaceException>(() => GuardedFile.Open(QueuePath, Beside, Append | Native.OpenTruncate)).Message, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(precious));
    }

    private static void Give(string path, uint owner) => Assert.Equal(0, Native.ChangeOwner(path, owner, owner + 1));
}
