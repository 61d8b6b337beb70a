using Xunit;

namespace DurableQueue.Tests;

public sealed class CommandPatternTests
{
    [Theory]
    [InlineData("rm -rf*", "rm -rf /", true)]
    [InlineData("rm -rf*", "rm -rf", true)]
    [InlineData("rm -rf*", "sudo rm -rf /", false)]
    [InlineData("*rm -rf*", "sudo rm -rf /", true)]
    [InlineData("*.py", "python train.py", true)]
    [InlineData("*.py", "python train.py -v", false)]
    [InlineData("a*b*c", "abc", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("aa*aa", "aaa", false)]
    [InlineData("aa*aa", "aaaa", true)]
    [InlineData("a**a", "aa", true)]
    [InlineData("*ab*ab*", "ab", false)]
    [InlineData("*ab*ab*", "xabab", true)]
    [InlineData("exact", "exact", true)]
    [InlineData("exact", "exact ", false)]
    [InlineData("a*", "a\nb", true)]
    [InlineData("A*", "a", false)]
    [InlineData("a?c", "abc", false)]
    public void Matches_StarsStandForAnyCharacters(string pattern, string text, bool matches) => Assert.Equal(matches, CommandPattern.Matches(pattern, text));

    [Fact]
    public void Matches_EverySplitOfAText_IsFound()
    {
        const string text = "make -j4 test";
        for (var from = 0; from <= text.Length; from++)
        {
            for (var to = from; to <= text.Length; to++)
            {
                Assert.True(CommandPattern.Matches($"{text[..from]}*{text[to..]}", text), $"{from} to {to}");
            }
        }
    }
}
