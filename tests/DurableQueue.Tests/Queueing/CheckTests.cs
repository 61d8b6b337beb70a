using DurableQueue.Queueing;
using Xunit;

namespace DurableQueue.Tests.Queueing;

public sealed class CheckTests
{
    private const string Argument = "Thing";

    [Theory]
    [InlineData("a")]
    [InlineData("mail.send")]
    [InlineData("ABCxyz019._:/-")]
    public void Name_AllowedCharacters_IsGivenBack(string name) => Assert.Equal(name, Check.Name(name, Argument));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a'b")]
    [InlineData("a;b")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    [InlineData("é")]
    [InlineData("name\u200b")]
    public void Name_OtherCharacters_IsRefusedByName(string name) => AssertNames(Assert.Throws<ArgumentException>(() => Check.Name(name, Argument)));

    [Fact]
    public void Name_BadCharacter_IsToldWithItsPlace()
    {
        var error = Assert.Throws<ArgumentException>(() => Check.Name("ab c", Argument));
        Assert.Contains("U+0020 at position 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_Length_MayBe128ButNotMore()
    {
        Check.Name(new string('n', 128), Argument);
        AssertNames(Assert.Throws<ArgumentException>(() => Check.Name(new string('n', 129), Argument)));
    }

    [Fact]
    public void Name_Null_IsRefused() => Assert.Equal(Argument, Assert.Throws<ArgumentNullException>(() => Check.Name(null, Argument)).ParamName);

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("größer – 漢字 🦊")]
    [InlineData("'; DROP TABLE task; --")]
    public void Text_OneLine_IsGivenBack(string text) => Assert.Equal(text, Check.Text(text, Argument, 512));

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\tb")]
    [InlineData("a\0b")]
    [InlineData("a\u0085b")]
    public void Text_ControlCharacter_IsRefused(string text)
    {
        var error = Assert.Throws<ArgumentException>(() => Check.Text(text, Argument, 512));
        AssertNames(error);
        Assert.Contains("position 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('\ud83e')]
    [InlineData('\udd8a')]
    public void TextAndNote_LoneSurrogate_IsRefused(char half)
    {
        var texts = new[] { $"{half}", $"a{half}", $"{half}a", $"🦊{half}" };
        Assert.All(texts, text => AssertNames(Assert.Throws<ArgumentException>(() => Check.Text(text, Argument, 512))));
        Assert.All(texts, text => AssertNames(Assert.Throws<ArgumentException>(() => Check.Note(text, Argument, 512))));
    }

    [Fact]
    public void Note_SeveralLines_IsGivenBack() => Assert.Equal("one\r\n\ttwo", Check.Note("one\r\n\ttwo", Argument, 512));

    [Fact]
    public void Note_Nul_IsRefused() => AssertNames(Assert.Throws<ArgumentException>(() => Check.Note("a\0", Argument, 512)));

    [Fact]
    public void TextAndNote_Length_IsChecked()
    {
        Check.Text(new string('t', 8), Argument, 8);
        Check.Note(new string('t', 8), Argument, 8);
        AssertNames(Assert.Throws<ArgumentException>(() => Check.Text(new string('t', 9), Argument, 8)));
        AssertNames(Assert.Throws<ArgumentException>(() => Check.Note(new string('t', 9), Argument, 8)));
        AssertNames(Assert.Throws<ArgumentException>(() => Check.Text("", Argument, 8, 1)));
        AssertNames(Assert.Throws<ArgumentException>(() => Check.Note("", Argument, 8, 1)));
    }

    [Fact]
    public void TextAndNote_Null_IsAllowedUnlessSomethingIsAskedFor()
    {
        Assert.Null(Check.Text(null, Argument, 8));
        Assert.Null(Check.Note(null, Argument, 8));
        Assert.Throws<ArgumentNullException>(() => Check.Text(null, Argument, 8, 1));
        Assert.Throws<ArgumentNullException>(() => Check.Note(null, Argument, 8, 1));
    }

    [Fact]
    public void Error_Short_IsGivenBack() => Assert.Equal("boom\nat line 3", Check.Error("boom\nat line 3"));

    [Fact]
    public void Error_TooLong_IsCutToTheLimitAndSaysSo()
    {
        var error = Check.Error(new string('x', 70_000));
        Assert.Equal(64 * 1_024, error.Length);
        Assert.EndsWith("(cut)", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Error_Nul_IsReplaced() => Assert.Equal("a\ufffdb", Check.Error("a\0b"));

    [Fact]
    public void Error_Null_IsRefused() => Assert.Throws<ArgumentNullException>(() => Check.Error(null));

    [Fact]
    public void Between_Bounds_AreAllowed()
    {
        Assert.Equal(1, Check.Between(1, 1, 3, Argument));
        Assert.Equal(3, Check.Between(3, 1, 3, Argument));
        Assert.Equal(TimeSpan.FromMilliseconds(100), Check.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1), Argument));
    }

    [Fact]
    public void Between_Outside_IsRefusedByName()
    {
        AssertNames(Assert.Throws<ArgumentOutOfRangeException>(() => Check.Between(0, 1, 3, Argument)));
        AssertNames(Assert.Throws<ArgumentOutOfRangeException>(() => Check.Between(4, 1, 3, Argument)));
        AssertNames(Assert.Throws<ArgumentOutOfRangeException>(
            () => Check.Between(TimeSpan.FromTicks(-1), TimeSpan.Zero, TimeSpan.FromDays(1), Argument)));
    }

    [Fact]
    public void Size_MoreThanAllowed_IsRefusedByName()
    {
        Check.Size(16, 16, Argument);
        AssertNames(Assert.Throws<ArgumentException>(() => Check.Size(17, 16, Argument)));
    }

    [Fact]
    public void Defined_UnknownValue_IsRefusedByName()
    {
        Assert.Equal(TaskState.Done, Check.Defined(TaskState.Done, Argument));
        AssertNames(Assert.Throws<ArgumentOutOfRangeException>(() => Check.Defined((TaskState)9, Argument)));
    }

    private static void AssertNames(ArgumentException error)
    {
        Assert.Equal(Argument, error.ParamName);
        Assert.StartsWith(Argument, error.Message, StringComparison.Ordinal);
    }
}
