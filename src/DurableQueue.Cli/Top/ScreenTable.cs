using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Top;

/// <summary>Draws a table into lines of the screen. Its columns give way as those of every table.</summary>
internal static class ScreenTable
{
    /// <param name="columns">The columns; those without any text are left out.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="selected">The index of the row that is marked.</param>
    /// <param name="width">The width of the screen.</param>
    /// <param name="glyphs">The characters of the terminal.</param>
    /// <returns>The header, and a line for each row.</returns>
    public static List<ScreenLine> Draw(Column[] columns, IReadOnlyList<(string Text, Style Style)[]> rows, int? selected, int width, Glyphs glyphs)
    {
        var shown = Enumerable.Range(0, columns.Length).Where(column => columns[column].Rank <= 2 || rows.Any(row => row[column].Text.Length > 0)).ToArray();
        var needed = shown.Select(column => rows.Select(row => Cells.Width(SafeText.OneLine(row[column].Text))).Append(columns[column].Header.Length).Max()).ToArray();
        var widths = ColumnWidths.Fit([.. shown.Select(column => columns[column])], needed, width - glyphs.Marker.Length);
        var fitting = shown.Zip(widths).Where(column => column.Second > 0).ToArray();
        return
        [
            Line(fitting.Select(column => (columns[column.First].Header, Style.Bold, column.Second)), isSelected: false, glyphs),
            .. rows.Select((row, index) => Line(fitting.Select(column => (row[column.First].Text, row[column.First].Style, column.Second)), index == selected, glyphs)),
        ];
    }

    private static ScreenLine Line(IEnumerable<(string Text, Style Style, int Width)> cells, bool isSelected, Glyphs glyphs)
    {
        var line = new ScreenLine { Selected = isSelected }.Add(isSelected ? glyphs.Marker : " ");
        var gap = 0;
        foreach (var (text, style, width) in cells)
        {
            line.Add(new string(' ', gap)).AddCell(text, width, style, glyphs);
            gap = ColumnWidths.Gap;
        }

        return line;
    }
}
