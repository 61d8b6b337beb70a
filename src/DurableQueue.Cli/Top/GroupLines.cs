using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Top;

/// <summary>Draws the groups: as a table where there is room, otherwise in one line.</summary>
internal static class GroupLines
{
    private const string Gap = "  ";

    private static readonly Column[] Columns =
        [new("GROUP", 1, Enough: 40), new("STATE", 2), new("RUNNING", 3), new("QUEUED", 4), new("LIMIT", 5), new("DONE", 7), new("FAILED", 6)];

    public static IEnumerable<ScreenLine> Draw(IReadOnlyList<GroupInfo> groups, int rows, int width, Glyphs glyphs)
    {
        var busyFirst = groups.OrderBy(group => group.Counts.Unfinished == 0).ToList();
        return rows == 0 ? [OneLine(busyFirst, width, glyphs)] : Table(busyFirst, rows, width, glyphs);
    }

    /// <summary>ml 2/4 +3: two run, four may, three are queued. Groups that find no room are counted.</summary>
    private static ScreenLine OneLine(List<GroupInfo> groups, int width, Glyphs glyphs)
    {
        var line = ScreenLine.Of("groups", Style.Bold);
        for (var index = 0; index < groups.Count; index++)
        {
            var group = groups[index];
            var text = $"{Gap}{Cells.Cut(SafeText.OneLine(group.Name), Math.Max(8, width / 3), glyphs)} {Numbers(group, glyphs)}";
            var more = $"{Gap}+ {groups.Count - index} more";
            var reserved = index == groups.Count - 1 ? 0 : more.Length;
            if (line.Width + Cells.Width(text) + reserved > width)
            {
                return line.Add(more, Style.Dim);
            }

            line.Add(text, group.Paused ? Style.Yellow : Style.Plain);
        }

        return line;
    }

    private static string Numbers(GroupInfo group, Glyphs glyphs)
    {
        var limit = group.Parallelism == 0 ? glyphs.Unlimited : $"{group.Parallelism}";
        var queued = group.Counts.Queued > 0 ? $" +{group.Counts.Queued}" : "";
        return $"{group.Running}/{limit}{queued}{(group.Paused ? " paused" : "")}";
    }

    private static List<ScreenLine> Table(List<GroupInfo> groups, int rows, int width, Glyphs glyphs)
    {
        var fitting = groups.Count > rows ? groups[..(rows - 1)] : groups;
        var cells = fitting.Select(group => new (string, Style)[]
        {
            (group.Name, Style.Plain),
            group.Paused ? ("paused", Style.Yellow) : ("active", Style.Plain),
            ($"{group.Running}", Style.Plain),
            ($"{group.Counts.Queued}", Style.Plain),
            (group.Parallelism == 0 ? "none" : $"{group.Parallelism}", Style.Plain),
            ($"{group.Counts.Done}", Style.Plain),
            ($"{group.Counts.Failed}", group.Counts.Failed > 0 ? Style.Red : Style.Plain),
        }).ToList();
        var lines = ScreenTable.Draw(Columns, cells, selected: null, width, glyphs);
        if (fitting.Count < groups.Count)
        {
            lines.Add(ScreenLine.Of($" + {groups.Count - fitting.Count} more groups", Style.Dim));
        }

        return lines;
    }
}
