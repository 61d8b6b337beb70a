using System.Text;
using DurableQueue.Processes.Running;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class GrowingFileTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-growing-");
    private readonly GrowingFile file;

    public GrowingFileTests() => file = new GrowingFile(LogPath);

    private string LogPath => Path.Combine(directory.FullName, "log");

    public void Dispose()
    {
        file.Dispose();
        directory.Delete(recursive: true);
    }

    [Fact]
    public void Read_GrowingFile_GivesWhatIsNew()
    {
        Assert.Equal("", Read());
        File.AppendAllText(LogPath, "one");
        Assert.Equal("one", Read());
        Assert.Equal("", Read());
        File.AppendAllText(LogPath, "two");
        Assert.Equal("two", Read());
        Assert.Equal(0, file.Restarts);
    }

    [Theory]
    [InlineData("new")]
    [InlineData("")]
    [InlineData("just as long as before, and longer than what was read")]
    public void Read_EmptiedFile_BeginsAgain(string text)
    {
        File.WriteAllText(LogPath, "what was there before");
        Read();
        Truncate(text);

        Assert.Equal(text, Read());
        Assert.Equal(1, file.Restarts);
        File.AppendAllText(LogPath, "more");
        Assert.Equal("more", Read());
    }

    [Fact]
    public void Read_ReplacedFile_GivesTheRestOfTheOldAndThenTheNew()
    {
        File.WriteAllText(LogPath, "old");
        Read();
        File.AppendAllText(LogPath, " rest");
        File.Move(LogPath, $"{LogPath}.1");
        File.WriteAllText(LogPath, "the new file");

        Assert.Equal(" rest", Read());
        Assert.Equal("the new file", Read());
    }

    [Fact]
    public void Read_RemovedFile_IsReadOn()
    {
        using var writer = new FileStream(LogPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        writer.Write("one"u8);
        Read();
        File.Delete(LogPath);
        writer.Write("two"u8);

        Assert.Equal("two", Read());
        Assert.Equal("", Read());
    }

    [Fact]
    public void Lines_EmptiedFile_AreWholeAndHaveOtherPlaces()
    {
        using var reader = new LineReader(LogPath);
        File.WriteAllText(LogPath, "one\nhalf of a");
        Assert.Equal(["one"], reader.Read(100, atEnd: false).Select(line => line.Text));
        Truncate("two\nthree\n");

        Assert.Equal([("two", 1, 0), ("three", 1, 4)], reader.Read(100, atEnd: true).Select(line => (line.Text, line.Generation, line.Start)));
    }

    [Fact]
    public void Lines_LongerThanTheLongest_AreNotCutWithinACharacter()
    {
        using var reader = new LineReader(LogPath);
        var text = "a" + string.Concat(Enumerable.Repeat("日", 60_000));
        File.WriteAllText(LogPath, text);
        var lines = new List<string>();
        do
        {
            lines.AddRange(reader.Read(64 * 1024, atEnd: true).Select(line => line.Text));
        }
        while (reader.MayHaveMore);

        Assert.Equal(text, string.Concat(lines));
    }

    private void Truncate(string text)
    {
        using var writer = new FileStream(LogPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        writer.SetLength(0);
        writer.Write(Encoding.UTF8.GetBytes(text));
    }

    private string Read()
    {
        var buffer = new byte[1000];
        return Encoding.UTF8.GetString(buffer, 0, file.Read(buffer));
    }
}
