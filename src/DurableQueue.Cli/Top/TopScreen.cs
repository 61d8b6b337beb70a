using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Top;

/// <summary>Draws the screen: a function of what is known, the size and the time.</summary>
/// <param name="width">The width of the terminal.</param>
/// <param name="height">Its height.</param>
/// <param name="glyphs">The characters that it has.</param>
internal sealed class TopScreen(int width, int height, Glyphs glyphs)
{
    private const string Gap = "  ";

    /// <returns>One line for each line of the terminal, none wider than it.</returns>
    public IReadOnlyList<ScreenLine> Draw(TopState state, DateTimeOffset now)
    {
        var lines = TopLayout.Fits(width, height) ? Whole(state, now) : TooSmall();
        var cut = lines.Take(height).Select(line => line.Cut(width, glyphs)).ToList();
        cut.AddRange(Enumerable.Range(0, height - cut.Count).Select(_ => new ScreenLine()));
        return cut;
    }

    private IEnumerable<ScreenLine> TooSmall() =>
        Cells.Wrap($"dq top needs {TopLayout.LeastWidth} x {TopLayout.LeastHeight}; this is {width} x {height}. q quits.", Math.Max(1, width)).Select(line => ScreenLine.Of(line));

    private List<ScreenLine> Whole(TopState state, DateTimeOffset now)
    {
        var layout = TopLayout.Of(state, height);
        state.ScrollTo(layout.TaskRows);
        var lines = new List<ScreenLine> { Summary(state) };
        if (state.ShowsHelp)
        {
            Add(lines, HelpLines.Draw(height - 2, width, glyphs), height - 2);
        }
        else
        {
            if (layout.TaskRows > 0)
            {
                AddTable(lines, state, layout, now);
            }

            if (layout.DetailRows > 0)
            {
                lines.Add(Rule(state.Task is { } task ? $"task {task.Id}" : "details"));
                Add(lines, DetailLines.Draw(state, width, now).Skip(state.DetailsFrom), layout.DetailRows);
            }

            if (layout.LogRows > 0)
            {
                lines.Add(Rule(LogLines.Title(state)));
                Add(lines, LogLines.Draw(state, now), layout.LogRows);
            }
        }

        lines.Add(Footer(state));
        return lines;
    }

    private void AddTable(List<ScreenLine> lines, TopState state, TopLayout layout, DateTimeOffset now)
    {
        lines.AddRange(GroupLines.Draw(state.Data.Groups, layout.GroupRows, width, glyphs));
        if (state.HasFilterLine)
        {
            lines.Add(state.FilterInput is { } input ? Input("filter: ", input) : ScreenLine.Of("filter: ", Style.Bold).Add($"{state.Filter}"));
        }

        Add(lines, TaskLines.Draw(state, layout.TaskRows, width, now, glyphs), layout.TaskRows + 1);
    }

    private ScreenLine Summary(TopState state)
    {
        if (state.Banner.Length > 0)
        {
            return new ScreenLine { Selected = true }.Add(state.Banner, Style.Red);
        }

        var counts = state.Data.Groups.Aggregate(new StateCounts(), (sum, group) => sum + group.Counts);
        var line = ScreenLine.Of($"{counts.CheckedOut} running", counts.CheckedOut > 0 ? Style.Cyan : Style.Plain).Add($"{Gap}{counts.Queued} queued");
        line.Add($"{Gap}{counts.Failed} failed", counts.Failed > 0 ? Style.Red : Style.Plain).Add($"{Gap}{counts.Done} done");
        var workers = state.Data.Workers switch
        {
            0 => "no worker",
            1 => "1 worker",
            var several => $"{several} workers",
        };
        return line.FillFor(workers, width).Add(workers, state.Data.Workers == 0 ? Style.Yellow : Style.Dim);
    }

    private ScreenLine Rule(string title) =>
        ScreenLine.Of($"{glyphs.Rule}{glyphs.Rule} ", Style.Dim).Add($"{title} ", Style.Bold).Add(string.Concat(Enumerable.Repeat(glyphs.Rule, Math.Max(0, width - Cells.Width(title) - 4))), Style.Dim);

    private ScreenLine Footer(TopState state) => state switch
    {
        { Question.Length: > 0 } => ScreenLine.Of($"{state.Question} y/n", Style.Yellow),
        { SearchInput: { } input } => Input("search: ", input),
        { FilterInput: { } input } => input.Error.Length > 0 ? ScreenLine.Of(input.Error, Style.Red) : ScreenLine.Of("enter apply  esc keep the filter as it was", Style.Dim),
        { HasRead: false, Banner: "" } => ScreenLine.Of("reading the queue", Style.Dim),
        { Message.Length: > 0 } => ScreenLine.Of(state.Message, Style.Bold),
        _ => Keys(),
    };

    private ScreenLine Input(string name, LineInput input)
    {
        // A long text is shown from where the cursor is in sight.
        var room = width - name.Length - 1;
        var before = SafeText.OneLine(input.Text[..input.Cursor]);
        before = Cells.Skip(before, Math.Max(0, Cells.Width(before) - room));
        var after = input.Text[input.Cursor..];
        return ScreenLine.Of(name, Style.Bold).Add(before).Add(after.Length > 0 ? after[..1] : " ", inverse: true).Add(after.Length > 0 ? after[1..] : "");
    }

    private ScreenLine Keys()
    {
        var line = new ScreenLine();
        foreach (var key in TopKey.All.Where(key => key.Short.Length > 0))
        {
            var text = $"{(line.Width > 0 ? Gap : "")}{key.Name ?? glyphs.UpDown} {key.Short}";
            if (line.Width + Cells.Width(text) > width)
            {
                break;
            }

            line.Add(text, Style.Dim);
        }

        return line;
    }

    /// <summary>Adds exactly this many lines.</summary>
    private static void Add(List<ScreenLine> lines, IEnumerable<ScreenLine> added, int count)
    {
        var taken = added.Take(count).ToList();
        lines.AddRange(taken);
        lines.AddRange(Enumerable.Range(0, count - taken.Count).Select(_ => new ScreenLine()));
    }
}
