using System.Text;
using Xunit;

namespace DurableQueue.Tests;

/// <summary>Parts of a log are bytes; what makes text of them never splits a character.</summary>
public sealed class TaskLogPartTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("aé→𝄞z");

    [Fact]
    public void ToWholeCharacters_EveryWindow_GivesWholeCharactersAndLosesNone()
    {
        for (var size = 4; size <= Text.Length; size++)
        {
            var read = new StringBuilder();
            for (long from = 0; from < Text.Length;)
            {
                var part = Part(from, size).ToWholeCharacters();
                Assert.True(part.Next > from);
                read.Append(Encoding.UTF8.GetString(part.Bytes.Span));
                from = part.Next;
            }

            Assert.Equal("aé→𝄞z", read.ToString());
        }
    }

    [Fact]
    public void ToWholeCharacters_BeginsAnywhere_LeavesThePartialCharacterOut()
    {
        for (var from = 0; from < Text.Length; from++)
        {
            var part = Part(from, Text.Length).ToWholeCharacters();

            Assert.DoesNotContain('\ufffd', Encoding.UTF8.GetString(part.Bytes.Span));
            Assert.InRange(part.From, from, from + 3);
            Assert.Equal(Text.Length, part.Next);
        }
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void ToWholeCharacters_LastCharacterIncomplete_StaysOnlyIfNothingFollows(bool ended, int expected)
    {
        var part = new TaskLogPart { Attempt = 1, Bytes = Text.AsMemory(1, 1), From = 0, Size = 1, Ended = ended };

        Assert.Equal(expected, part.ToWholeCharacters().Bytes.Length);
    }

    [Fact]
    public void Decoder_EveryCut_GivesTheText()
    {
        for (var cut = 0; cut <= Text.Length; cut++)
        {
            var decoder = new TaskLogDecoder();

            var text = decoder.Decode(Text.AsSpan(0, cut)).ToString() + decoder.Decode(Text.AsSpan(cut)).ToString() + decoder.Decode([], isLast: true).ToString();

            Assert.Equal("aé→𝄞z", text);
        }
    }

    [Fact]
    public void Decoder_EndsWithinACharacter_ReplacesIt()
    {
        var decoder = new TaskLogDecoder();

        Assert.Equal("a\ufffd", decoder.Decode(Text.AsSpan(0, 2)).ToString() + decoder.Decode([], isLast: true).ToString());
    }

    private static TaskLogPart Part(long from, int size)
    {
        var bytes = Text.AsMemory((int)from, (int)Math.Min(size, Text.Length - from));
        return new TaskLogPart { Attempt = 1, Bytes = bytes, From = from, Size = Text.Length, Ended = true };
    }
}
