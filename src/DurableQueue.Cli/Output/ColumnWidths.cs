namespace DurableQueue.Cli.Output;

/// <summary>Decides which columns of a table are shown on a terminal, and how wide they are.</summary>
internal static class ColumnWidths
{
    /// <summary>The cells between two columns.</summary>
    public const int Gap = 2;

    /// <summary>The width that <see cref="Column.Enough"/> is meant for.</summary>
    private const int Usual = 80;

    /// <summary>
    /// In the order of importance, each column gets what it needs, up to <see cref="Column.Enough"/>. The first one for which even <see cref="Column.Least"/> is not
    /// left gives way, with all that are less important. The cells that remain then go to the columns that were cut, in the same order.
    /// </summary>
    /// <param name="columns">The columns, in the order in which they are shown.</param>
    /// <param name="needed">The cells that each of them needs to be shown in full.</param>
    /// <param name="available">The width of the table.</param>
    /// <returns>The width of each column; 0 if it is left out.</returns>
    public static int[] Fit(IReadOnlyList<Column> columns, IReadOnlyList<int> needed, int available)
    {
        var widths = new int[columns.Count];
        var byImportance = Enumerable.Range(0, columns.Count).OrderBy(index => columns[index].Rank).ToList();
        var left = available;
        foreach (var index in byImportance)
        {
            var (column, need) = (columns[index], needed[index]);
            var gap = left == available ? 0 : Gap;
            var room = Math.Min(Math.Min(need, column.Enough * Math.Max(available, Usual) / Usual), left - gap);
            if (column.Rank == 0)
            {
                room = need;
            }
            else if (room < Math.Min(need, column.Least))
            {
                break;
            }

            widths[index] = room;
            left -= room + gap;
        }

        foreach (var index in byImportance.Where(index => widths[index] > 0))
        {
            var more = Math.Clamp(needed[index] - widths[index], 0, Math.Max(0, left));
            widths[index] += more;
            left -= more;
        }

        return widths;
    }
}
