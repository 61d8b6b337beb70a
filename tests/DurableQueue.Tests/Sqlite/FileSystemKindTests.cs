using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class FileSystemKindTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData("nfs", true, false)]
    [InlineData("nfs4", true, false)]
    [InlineData("cifs", true, false)]
    [InlineData("smb3", true, false)]
    [InlineData("9p", false, true)]
    [InlineData("virtiofs", false, true)]
    [InlineData("fuse.sshfs", false, true)]
    [InlineData("fuseblk", false, true)]
    [InlineData("ceph", false, true)]
    [InlineData("ext4", false, false)]
    [InlineData("xfs", false, false)]
    [InlineData("btrfs", false, false)]
    [InlineData("zfs", false, false)]
    [InlineData("overlayfs", false, false)]
    [InlineData("tmpfs", false, false)]
    [InlineData("apfs", false, false)]
    [InlineData("NTFS", false, false)]
    [InlineData(null, false, false)]
    public void Judge_Name_KnowsNetworks(string? name, bool refused, bool doubtful) =>
        Assert.Equal((refused, doubtful), (FileSystemKind.IsRefused(name), FileSystemKind.IsDoubtful(name)));

    [Fact]
    public void Of_DirectoryThatDoesNotExistYet_IsThatOfItsParent()
    {
        var name = FileSystemKind.Of(directory.FullName);

        Assert.False(string.IsNullOrEmpty(name));
        Assert.Equal(name, FileSystemKind.Of(Path.Combine(directory.FullName, "a", "b")));
    }

    [Fact]
    public void Refuse_NetworkFileSystem_NamesItAndMakesNothing()
    {
        var paths = new QueuePaths(Path.Combine(directory.FullName, "queue.db"));

        var error = Assert.Throws<QueueStorageException>(() => UnsafePlaces.RefuseNetwork(paths, _ => "nfs4"));

        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
        Assert.Contains("nfs4", error.Message, StringComparison.Ordinal);
        Assert.Empty(directory.GetFiles());
        UnsafePlaces.RefuseNetwork(paths, _ => "ext4");
        UnsafePlaces.RefuseNetwork(paths, _ => null);
    }
}
