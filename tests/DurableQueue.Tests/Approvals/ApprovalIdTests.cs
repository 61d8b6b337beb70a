using System.Globalization;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Tests.Approvals;

public sealed class ApprovalIdTests
{
    /// <summary>A culture that writes numbers in another way than ids are written.</summary>
    private static readonly CultureInfo Foreign = new("") { NumberFormat = { NegativeSign = "~", NumberGroupSeparator = "_" } };

    [Theory]
    [InlineData("42", 42)]
    [InlineData("0", 0)]
    [InlineData("-3", -3)]
    [InlineData("+3", 3)]
    [InlineData("007", 7)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Parse_Digits_IsTheIdInEveryCulture(string text, long expected)
    {
        var id = new ApprovalId(expected);

        Assert.Equal(id, ApprovalId.Parse(text));
        Assert.Equal(id, ApprovalId.Parse(text, Foreign));
        Assert.Equal(id, ApprovalId.Parse(text.AsSpan(), Foreign));
        Assert.Equal((true, id), (ApprovalId.TryParse(text, out var plain), plain));
        Assert.Equal((true, id), (ApprovalId.TryParse(text, Foreign, out var cultured), cultured));
        Assert.Equal((true, id), (ApprovalId.TryParse(text.AsSpan(), Foreign, out var span), span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1,000")]
    [InlineData("1.0")]
    [InlineData("0x1")]
    [InlineData("9223372036854775808")]
    public void Parse_OtherText_SaysThatItIsNotAnApprovalId(string text)
    {
        var message = $"'{text}' is not an approval id.";

        Assert.Equal(message, Assert.Throws<FormatException>(() => ApprovalId.Parse(text)).Message);
        Assert.Equal(message, Assert.Throws<FormatException>(() => ApprovalId.Parse(text.AsSpan())).Message);
        Assert.Equal((false, default), (ApprovalId.TryParse(text, out var plain), plain));
        Assert.Equal((false, default), (ApprovalId.TryParse(text, null, out var cultured), cultured));
        Assert.Equal((false, default), (ApprovalId.TryParse(text.AsSpan(), null, out var span), span));
    }

    [Fact]
    public void Parse_Null_IsAnErrorOfTheCaller()
    {
        Assert.Equal("s", Assert.Throws<ArgumentNullException>(() => ApprovalId.Parse(null!)).ParamName);
        Assert.False(ApprovalId.TryParse(null, out _));
        Assert.False(ApprovalId.TryParse(null, null, out _));
    }

    [Theory]
    [InlineData(-1234, null, "-1234")]
    [InlineData(-1234, "", "-1234")]
    [InlineData(1234, "D8", "00001234")]
    [InlineData(-1234, "D8", "~00001234")]
    [InlineData(-1234, "N0", "~1_234")]
    public void ToString_Format_UsesTheCultureOnlyWithAFormat(long number, string? format, string expected)
    {
        var id = new ApprovalId(number);
        var destination = new char[expected.Length];

        Assert.Equal(expected, id.ToString(format, Foreign));
        Assert.Equal(expected, string.Format(Foreign, format is null ? "{0}" : $"{{0:{format}}}", id));
        Assert.Equal((true, expected.Length), (id.TryFormat(destination, out var written, format, Foreign), written));
        Assert.Equal(expected, new string(destination));
    }

    [Fact]
    public void ToString_CurrentCulture_IsTheBareNumber()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = Foreign;
        try
        {
            Assert.Equal("-42", new ApprovalId(-42).ToString());
            Assert.Equal("-42", $"{new ApprovalId(-42)}");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void TryFormat_TooShort_WritesNothing() =>
        Assert.Equal((false, 0), (new ApprovalId(42).TryFormat(new char[1], out var written), written));

    [Fact]
    public void Json_IdAndKey_AreTheBareNumber()
    {
        var counts = new Dictionary<ApprovalId, ApprovalId[]> { [new ApprovalId(-7)] = [new ApprovalId(8), new ApprovalId(9)] };

        var json = JsonSerializer.Serialize(counts);

        Assert.Equal("""{"-7":[8,9]}""", json);
        var read = Assert.Single(JsonSerializer.Deserialize<Dictionary<ApprovalId, ApprovalId[]>>(json)!);
        Assert.Equal(new ApprovalId(-7), read.Key);
        Assert.Equal([new ApprovalId(8), new ApprovalId(9)], read.Value);
    }
}
