using System.Globalization;
using System.Text;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Tables are measured in the cells of a terminal.</summary>
public sealed class TableTests : DqTest
{
    private const string Family = "👩‍👩‍👧";

    [Theory]
    [InlineData(null)]
    [InlineData("200")]
    [InlineData("60")]
    public async Task Status_WideCombinedAndBidirectionalText_KeepsTheColumns(string? columns)
    {
        Box.Variables["COLUMNS"] = columns;
        foreach (var label in new[] { "plain", "日本語のラベル", "ｆｕｌｌ", "e\u0301a\u0308", $"{Family} x", "שלום עולם", "한국어", "日本שלום" })
        {
            await Box.DoAsync("add", "-s", "-l", label, "echo command");
        }

        var lines = (await Box.DoAsync("status")).Out.Split('\n').SkipWhile(line => !line.StartsWith("ID", StringComparison.Ordinal)).Where(line => line.Length > 0).ToList();

        var command = CellsBefore(lines[0], "COMMAND");
        Assert.Equal(9, lines.Count);
        Assert.All(lines.Skip(1), line => Assert.Equal(command, CellsBefore(line, "echo")));
        Assert.All(lines, line => Assert.InRange(CellsBefore(line + "|", "|"), 1, columns is null ? 1000 : int.Parse(columns, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Status_RightToLeftTextOnATerminal_StaysByItself()
    {
        await Box.DoAsync("add", "-s", "-l", "שלום", "echo command");

        Assert.DoesNotContain("\u2068", (await Box.DoAsync("status")).Out, StringComparison.Ordinal);
        Box.Variables["COLUMNS"] = "120";
        Assert.Contains("\u2068שלום\u2069", (await Box.DoAsync("status")).Out, StringComparison.Ordinal);
    }

    /// <summary>By the few kinds of characters that the test uses; the widths are those of a terminal.</summary>
    private static int CellsBefore(string line, string text)
    {
        var before = line[..line.IndexOf(text, StringComparison.Ordinal)].Replace(Family, "XX", StringComparison.Ordinal);
        return before.EnumerateRunes().Sum(rune => rune.Value switch
        {
            0x2068 or 0x2069 => 0,
            _ when Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark => 0,
            (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xd7a3) or (>= 0xff01 and <= 0xff60) => 2,
            _ => 1,
        });
    }
}
