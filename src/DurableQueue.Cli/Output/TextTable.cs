using System.Text;

namespace DurableQueue.Cli.Output;

/// <summary>A table with one line per row. On a terminal its columns give way until it fits, by <see cref="ColumnWidths"/>; in a pipe it is shown in full.</summary>
/// <param name="columns">The columns; empty ones are left out.</param>
internal sealed class TextTable(params Column[] columns)
{
    private readonly List<(string Text, Style Style)[]> rows = [];

    /// <summary>A table whose first column is always shown, and whose last one, which says what a row is about, comes second; the others give way from the right.</summary>
    public TextTable(params string[] headers)
        : this([.. headers.Select((header, index) => new Column(header, index == 0 ? 0 : index == headers.Length - 1 ? 1 : index + 1))])
    {
    }

    public void Add(params (string Text, Style Style)[] cells) => rows.Add([.. cells.Select(cell => (SafeText.OneLine(cell.Text), cell.Style))]);

    public void Write(TextWriter writer, int? width, bool color, Glyphs glyphs)
    {
        var shown = Enumerable.Range(0, columns.Length).Where(column => rows.Exists(row => row[column].Text.Length > 0)).ToArray();
        if (shown.Length == 0)
        {
            return;
        }

        var needed = shown.Select(column => Math.Max(columns[column].Header.Length, rows.Max(row => Cells.Width(row[column].Text)))).ToArray();
        var widths = width is { } most ? ColumnWidths.Fit([.. shown.Select(column => columns[column])], needed, most) : needed;
        var fitting = shown.Zip(widths).Where(column => column.Second > 0).ToArray();
        WriteLine(writer, fitting.Select(column => (columns[column.First].Header, Style.Bold, column.Second)), color, glyphs, isolate: false);
        foreach (var row in rows)
        {
            WriteLine(writer, fitting.Select(column => (row[column.First].Text, row[column.First].Style, column.Second)), color, glyphs, isolate: width is not null);
        }
    }

    private static void WriteLine(TextWriter writer, IEnumerable<(string Text, Style Style, int Width)> cells, bool color, Glyphs glyphs, bool isolate)
    {
        var line = new StringBuilder();
        var missing = 0;
        foreach (var (text, style, width) in cells)
        {
            var cut = Cells.Cut(text, width, glyphs);
            var shown = isolate ? Cells.Isolated(cut, glyphs) : cut;
            line.Append(' ', line.Length > 0 ? missing + ColumnWidths.Gap : 0);
            line.Append(color && style != Style.Plain ? $"\u001b[{(int)style}m{shown}\u001b[0m" : shown);
            missing = width - Cells.Width(cut);
        }

        writer.Write(line.ToString().TrimEnd(' '));
        writer.Write('\n');
    }
}
