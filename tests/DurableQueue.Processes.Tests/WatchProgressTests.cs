using System.Text;
using DurableQueue.Processes.Running;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class WatchProgressTests
{
    [Theory]
    [InlineData("{\"Patterns\":null}")]
    [InlineData("{\"Wakes\":3,\"Patterns\":[null]}")]
    [InlineData("{\"Wakes\":3,\"Patterns\":[{\"Positions\":null}]}")]
    [InlineData("{\"Wakes\":3,\"Patterns\":[{\"Positions\":[1]}]}")]
    [InlineData("{\"Wakes\":3,\"Patterns\":[{\"Positions\":[1,-1]}]}")]
    [InlineData("{\"Wakes\":3,\"Patterns\":[{\"OpenTaken\":[]}]}")]
    [InlineData("{\"Wakes\":-1}")]
    [InlineData("{\"Bytes\":-1}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("{\"Wakes\":\"3\"}")]
    [InlineData("not JSON")]
    [InlineData("")]
    public void Read_CheckpointOfAnotherProgram_BeginsAnew(string checkpoint)
    {
        var progress = WatchProgress.Read(Encoding.UTF8.GetBytes(checkpoint));

        progress.Begin(7, 2);

        Assert.Equal((0, 0L, 2), (progress.Wakes, progress.Bytes, progress.Patterns.Length));
        Assert.All(progress.Patterns, pattern => Assert.Equal([0, 0], pattern.Positions));
    }

    [Fact]
    public void Read_OwnCheckpoint_Continues()
    {
        var written = new WatchProgress { Wakes = 3, Bytes = 40 };
        written.Begin(7, 1);
        written.Patterns[0].Positions = [5, 6];

        var read = WatchProgress.Read(written.ToBytes());
        read.Begin(7, 1);

        Assert.Equal((3, 40L), (read.Wakes, read.Bytes));
        Assert.Equal([5, 6], read.Patterns[0].Positions);
    }
}
