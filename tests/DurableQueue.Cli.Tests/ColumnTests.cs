using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>Which columns a table of tasks has in a given width.</summary>
public sealed class ColumnTests
{
    /// <summary>Each column as wide as on a busy day: ID, STATE, GROUP, LABEL, PRIO, AFTER, START, TIME, COMMAND.</summary>
    private static readonly int[] Needed = [5, 24, 12, 30, 4, 8, 8, 6, 70];

    [Theory]
    [InlineData(8, "ID:5")]
    [InlineData(20, "ID:5 STATE:13")]
    [InlineData(40, "ID:5 STATE:14 COMMAND:17")]
    [InlineData(60, "ID:5 STATE:14 LABEL:11 COMMAND:24")]
    [InlineData(80, "ID:5 STATE:15 GROUP:8 LABEL:12 TIME:6 COMMAND:24")]
    [InlineData(120, "ID:5 STATE:23 GROUP:12 LABEL:18 AFTER:8 TIME:6 COMMAND:36")]
    [InlineData(200, "ID:5 STATE:24 GROUP:12 LABEL:30 PRIO:4 AFTER:8 START:8 TIME:6 COMMAND:70")]
    public void Fit_NarrowTerminal_ColumnsGiveWayInTheirOrder(int available, string expected) => Assert.Equal(expected, Fit(Needed, available));

    [Fact]
    public void Fit_EnoughRoom_CutsNothing() => Assert.Equal(Needed, ColumnWidths.Fit(TaskColumns.All, Needed, Needed.Sum() + (8 * ColumnWidths.Gap)));

    [Fact]
    public void Fit_EveryWidth_FitsAndKeepsTheIdWhole()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var needed = TaskColumns.All.Select(column => column.Header.Length + random.Next(40)).ToArray();
            var available = random.Next(1, 220);

            var widths = ColumnWidths.Fit(TaskColumns.All, needed, available);

            var shown = widths.Count(width => width > 0);
            Assert.True(widths[0] == needed[0], $"seed {seed}");
            Assert.True(shown == 1 || widths.Sum() + (ColumnWidths.Gap * (shown - 1)) <= available, $"seed {seed}");
            Assert.All(widths.Zip(needed), width => Assert.True(width.First <= width.Second, $"seed {seed}"));

            // What is shown are the most important ones.
            Assert.Equal(Enumerable.Range(0, shown), TaskColumns.All.Zip(widths).Where(column => column.Second > 0).Select(column => column.First.Rank).Order());
        }
    }

    private static string Fit(int[] needed, int available) => string.Join(
        ' ',
        TaskColumns.All.Zip(ColumnWidths.Fit(TaskColumns.All, needed, available)).Where(column => column.Second > 0).Select(column => $"{column.First.Header}:{column.Second}"));
}
