using System.Text;
using DurableQueue.Processes.Running;
using Xunit;

namespace DurableQueue.Processes.Tests;

/// <summary>The last lines of the output that a notification carries.</summary>
public sealed class OutputTailTests
{
    [Theory]
    [InlineData("one\ntwo\n", "one\ntwo\n")]
    [InlineData("one\r\ntwo", "one\ntwo")]
    [InlineData("10%\r20%\r30%", "30%")]
    [InlineData("10%\r20%\r\ndone\n", "20%\ndone\n")]
    [InlineData("\r\r", "")]
    public void Of_ShortOutput_IsAllOfItInItsLastState(string output, string tail) => Assert.Equal(tail, Of(output));

    [Fact]
    public void Of_LongOutput_BeginsWithALineAndIsBounded()
    {
        var tail = Of(string.Concat(Enumerable.Range(1, 1_000).Select(n => $"line {n}\n")));

        Assert.StartsWith("line ", tail, StringComparison.Ordinal);
        Assert.EndsWith("line 1000\n", tail, StringComparison.Ordinal);
        Assert.InRange(tail.Length, OutputTail.Longest - 10, OutputTail.Longest);
    }

    [Fact]
    public void Of_OneLongLine_IsCutAtACharacter()
    {
        var tail = Of("x" + string.Concat(Enumerable.Repeat("😀", 5_000)));

        Assert.InRange(tail.Length, OutputTail.Longest - 1, OutputTail.Longest);
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", tail.Length / 2)), tail);
    }

    [Fact]
    public void Of_WindowBeginsAndEndsWithinACharacter_LeavesThemOut()
    {
        var bytes = Encoding.UTF8.GetBytes("日half\nwhole 日");

        Assert.Equal("whole ", OutputTail.Of(bytes.AsSpan()[1..^1], isWhole: false, text => text));
        Assert.Equal("日half\nwhole ", OutputTail.Of(bytes.AsSpan()[..^1], isWhole: true, text => text));
    }

    [Fact]
    public void Of_SecretAcrossTheCut_IsHiddenWhole()
    {
        var secret = new string('s', 100);
        var tail = OutputTail.Of(Encoding.UTF8.GetBytes(secret + new string('x', 1_950)), isWhole: true, text => text.Replace(secret, "***", StringComparison.Ordinal));

        Assert.DoesNotContain("s", tail, StringComparison.Ordinal);
    }

    private static string Of(string output) => OutputTail.Of(Encoding.UTF8.GetBytes(output), isWhole: true, text => text);
}
