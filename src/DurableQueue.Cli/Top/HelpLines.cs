using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Top;

/// <summary>Draws the help: the keys, in as many columns as fit.</summary>
internal static class HelpLines
{
    private const int NameWidth = 5;
    private const int LeastColumn = 29;
    private const int MostColumns = 3;

    public static IEnumerable<ScreenLine> Draw(int rows, int width, Glyphs glyphs)
    {
        var keys = TopKey.All.Where(key => key.Description.Length > 0).ToList();
        var columns = Math.Clamp(width / LeastColumn, 1, MostColumns);

        // Where not even that is enough, the keys that the footer names are left out.
        var perColumn = (keys.Count + columns - 1) / columns;
        if (perColumn > rows - 2)
        {
            keys = [.. keys.OrderBy(key => key.Short.Length > 0).Take((rows - 2) * columns)];
            perColumn = rows - 2;
        }

        yield return ScreenLine.Of("Keys of dq top", Style.Bold);
        for (var row = 0; row < perColumn; row++)
        {
            var line = new ScreenLine();
            for (var column = 0; column < columns && (column * perColumn) + row < keys.Count; column++)
            {
                var key = keys[(column * perColumn) + row];
                line.Add(" ").AddCell(key.Name ?? glyphs.UpDown, NameWidth, Style.Bold, glyphs).Add(" ").AddCell(key.Description, (width / columns) - NameWidth - 2, Style.Plain, glyphs);
            }

            yield return line;
        }

        yield return ScreenLine.Of("Groups in one line: name running/limit +queued. Queries: docs/query-language.md.", Style.Dim);
    }
}
