using System.Text;

namespace DurableQueue.Cli.Output;

/// <summary>A table with one line per row. On a terminal it is cut to the width: first the last column, then the widest.</summary>
/// <param name="headers">The column names; empty columns are left out.</param>
internal sealed class TextTable(params string[] headers)
{
    private const string Gap = "  ";
    private const int Narrowest = 3;

    private readonly List<(string Text, Style Style)[]> rows = [];

    public void Add(params (string Text, Style Style)[] cells) => rows.Add([.. cells.Select(cell => (SafeText.OneLine(cell.Text), cell.Style))]);

    public void Write(TextWriter writer, int? width, bool color)
    {
        var columns = Enumerable.Range(0, headers.Length).Where(column => rows.Exists(row => row[column].Text.Length > 0)).ToArray();
        if (columns.Length == 0)
        {
            return;
        }

        var widths = columns.Select(column => Math.Max(headers[column].Length, rows.Max(row => Cells.Width(row[column].Text)))).ToArray();
        if (width is { } most)
        {
            Shrink(widths, most - (Gap.Length * (columns.Length - 1)));
        }

        WriteLine(writer, columns.Select(column => (headers[column], Style.Bold)), widths, color, isolate: false);
        foreach (var row in rows)
        {
            WriteLine(writer, columns.Select(column => row[column]), widths, color, isolate: width is not null);
        }
    }

    private static void Shrink(int[] widths, int available)
    {
        var last = widths.Length - 1;
        while (widths.Sum() > available)
        {
            var column = widths[last] > Narrowest * 4 ? last : Array.IndexOf(widths, widths.Max());
            if (widths[column] <= Narrowest)
            {
                return;
            }

            widths[column]--;
        }
    }

    private static void WriteLine(TextWriter writer, IEnumerable<(string Text, Style Style)> cells, int[] widths, bool color, bool isolate)
    {
        var line = new StringBuilder();
        foreach (var ((text, style), index) in cells.Select((cell, index) => (cell, index)))
        {
            var cut = Cells.Cut(text, widths[index]);
            var shown = isolate ? Cells.Isolated(cut) : cut;
            line.Append(index > 0 ? Gap : "");
            line.Append(color && style != Style.Plain ? $"\u001b[{(int)style}m{shown}\u001b[0m" : shown);
            line.Append(' ', index < widths.Length - 1 ? widths[index] - Cells.Width(cut) : 0);
        }

        writer.Write(line.ToString().TrimEnd(' '));
        writer.Write('\n');
    }
}
