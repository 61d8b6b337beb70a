using System.Diagnostics;
using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>One file under two names. Each name would have its own log and its own lock, and two writers would destroy the file.</summary>
public sealed class SecondNameTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Open_SymbolicLinkToTheFile_UsesTheFilesOfTheRealName()
    {
        var (real, link) = (Under("real", "q.db"), Under("link", "q.db"));
        await using var first = await SqliteTaskQueue.OpenAsync(real);
        Link(link, real);

        await using var second = await SqliteTaskQueue.OpenAsync(link);

        Assert.Equal(first.FilePath, second.FilePath);
        var id = await second.EnqueueAsync(new NewTask("t"));
        Assert.NotNull(await first.Inspector.GetAsync(id));
        Assert.Equal(["q.db"], Names("link"));
    }

    [Fact]
    public async Task Open_LinkToAFileThatDoesNotExistYet_MakesTheFileWhereTheLinkLeads()
    {
        var (real, link) = (Under("real", "q.db"), Under("link", "q.db"));
        Link(link, Path.Combine("..", "real", "q.db"));

        await using (var queue = await SqliteTaskQueue.OpenAsync(link))
        {
            await queue.EnqueueAsync(new NewTask("t"));
        }

        Assert.Contains("q.db-gate", Names("real"));
        Assert.True(File.Exists(real));
        Assert.Equal(["q.db"], Names("link"));
    }

    [Fact]
    public async Task Open_ThroughALinkedDirectory_IsTheSameQueue()
    {
        var real = Under("real", "q.db");
        Link(Path.Combine(directory.FullName, "linked"), Path.GetDirectoryName(real)!);
        await using var first = await SqliteTaskQueue.OpenAsync(real);

        await using var second = await SqliteTaskQueue.OpenAsync(Path.Combine(directory.FullName, "linked", "q.db"));

        Assert.Equal(first.FilePath, second.FilePath);
    }

    /// <summary>The inode is free as soon as the last connection is closed, which is a moment before the queue is known to be closed.</summary>
    [Fact]
    public void Identity_OfAFileThatGotTheInodeOfAnother_IsAnother()
    {
        var path = Under("real", "q.db");
        File.WriteAllText(path, "");
        var before = FileStatus.Of(path)!.Value.Identity;
        OpenFiles.Add(before, path);
        try
        {
            File.Delete(path);
            var other = Under("other", "q.db");
            File.WriteAllText(other, "");
            var after = FileStatus.Of(other)!.Value.Identity with { Device = before.Device, Inode = before.Inode };

            Assert.NotEqual(before, after);
            OpenFiles.RequireSameName(after, "/another/q.db");
            Assert.Throws<QueueStorageException>(() => OpenFiles.RequireSameName(before, "/another/q.db"));
        }
        finally
        {
            OpenFiles.Remove(before);
        }
    }

    [Fact]
    public void RealPath_ParentOfALink_IsTheParentOfWhereItLeads()
    {
        Under(Path.Combine("a", "b"), "x");
        Link(Path.Combine(directory.FullName, "short"), Path.Combine(directory.FullName, "a", "b"));

        Assert.Equal(Path.Combine(directory.FullName, "a", "q.db"), RealPath.Of(Path.Combine(directory.FullName, "short", "..", "q.db")));
    }

    [Fact]
    public async Task Open_LinksInACircle_IsRefused()
    {
        var (one, two) = (Path.Combine(directory.FullName, "one"), Path.Combine(directory.FullName, "two"));
        Link(one, two);
        Link(two, one);

        await AssertRefusedAsync(one, "symbolic links");
    }

    [Fact]
    public async Task Open_HardLink_IsRefusedUnderBothNamesAndNothingIsWritten()
    {
        var (real, second) = (Under("a", "q.db"), Under("b", "q.db"));
        await using (var queue = await SqliteTaskQueue.OpenAsync(real))
        {
            await queue.EnqueueAsync(new NewTask("t"));
        }

        Run("ln", real, second);
        var before = await File.ReadAllBytesAsync(real);

        await AssertRefusedAsync(second, "2 names");
        await AssertRefusedAsync(real, "2 names");

        Assert.Equal(["q.db"], Names("b"));
        Assert.Equal(before, await File.ReadAllBytesAsync(real));
    }

    [Fact]
    public async Task Open_HardLinkWhileItIsOpen_IsRefusedAndTheOpenQueueContinues()
    {
        var (real, second) = (Under("a", "q.db"), Under("b", "q.db"));
        await using var queue = await SqliteTaskQueue.OpenAsync(real);
        Run("ln", real, second);

        await AssertRefusedAsync(second, "same file");

        Assert.Equal(1, (await queue.EnqueueAsync(new NewTask("t"))).Value);
        Assert.Equal(["q.db"], Names("b"));
    }

    [Fact]
    public async Task Open_FileRenamedWhileItIsOpenHere_IsRefused()
    {
        var (real, moved) = (Under("a", "q.db"), Under("b", "q.db"));
        await using var queue = await SqliteTaskQueue.OpenAsync(real);
        File.Move(real, moved);

        await AssertRefusedAsync(moved, "same file");
    }

    [Theory]
    [InlineData("36 35 8:1 /data/q.db /srv/q.db rw,relatime shared:1 - ext4 /dev/sda1 rw", "/srv/q.db", true)]
    [InlineData("36 35 8:1 /data /srv rw,relatime shared:1 - ext4 /dev/sda1 rw", "/srv/q.db", false)]
    [InlineData(@"36 35 8:1 /q.db /srv/my\040queue.db rw - ext4 /dev/sda1 rw", "/srv/my queue.db", true)]
    [InlineData("", "/srv/q.db", false)]
    public void MountPoints_Lines_TellWhetherThePathIsMounted(string line, string path, bool isMounted) =>
        Assert.Equal(isMounted, MountPoints.Contains(path, [line]));

    [Fact]
    public async Task Open_FileThatIsItselfMounted_IsRefused()
    {
        var real = Under("a", "q.db");
        var mounted = Under("b", "q.db");
        await using (await SqliteTaskQueue.OpenAsync(real))
        {
        }

        await File.WriteAllTextAsync(mounted, "");
        if (!TryRun("mount", "--bind", real, mounted))
        {
            // Not allowed to mount here; the lines are read by the theory above.
            return;
        }

        try
        {
            await AssertRefusedAsync(mounted, "Mount its directory");
            Assert.Equal(["q.db"], Names("b"));
        }
        finally
        {
            Run("umount", mounted);
        }
    }

    private static async Task AssertRefusedAsync(string path, string says)
    {
        var error = await Assert.ThrowsAsync<QueueStorageException>(() => SqliteTaskQueue.OpenAsync(path).AsTask());
        Assert.Equal(QueueStorageError.CannotOpen, error.Error);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private static void Link(string link, string target) => Run("ln", "-s", target, link);

    private static void Run(params string[] command) => Assert.True(TryRun(command), string.Join(' ', command));

    private static bool TryRun(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private string Under(string folder, string name) => Path.Combine(directory.CreateSubdirectory(folder).FullName, name);

    private string[] Names(string folder) => [.. Directory.GetFiles(Path.Combine(directory.FullName, folder)).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
}
