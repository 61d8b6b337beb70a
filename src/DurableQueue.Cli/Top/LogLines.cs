using System.Text;
using System.Text.RegularExpressions;
using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Top;

/// <summary>Draws the log of a task as a terminal would show it, without its colors.</summary>
internal static partial class LogLines
{
    private const int TabStop = 8;

    public static IEnumerable<ScreenLine> Draw(TopState state, DateTimeOffset now) => state switch
    {
        { Log: { } log } => log.Lines.Select(line => Line(line, state.LogShift, state.Sought)),
        { Task: { Info.State: TaskState.Queued } task } => task.Reasons.Select(reason => ScreenLine.Of($"does not run: {reason.ToText(now)}", Style.Yellow)),
        { Task.IsRead: true } => [ScreenLine.Of("no output", Style.Dim)],
        _ => [],
    };

    public static string Title(TopState state) => state switch
    {
        { Task: { } task, Log: { } log } => $"log of task {task.Id}{(log.Attempt > 1 ? $", attempt {log.Attempt}" : "")}{(log.Percent is { } percent ? $", {percent}%" : "")}",
        _ => "log",
    };

    /// <summary>The last thing that was written over the line, with blanks for its tabs.</summary>
    private static string Shown(string line)
    {
        var plain = Colors().Replace(line.TrimEnd('\r'), "");
        plain = plain[(plain.LastIndexOf('\r') + 1)..];
        if (!plain.Contains('\t', StringComparison.Ordinal))
        {
            return SafeText.OneLine(plain);
        }

        var shown = new StringBuilder();
        foreach (var part in plain.Split('\t'))
        {
            shown.Append(' ', shown.Length == 0 ? 0 : TabStop - (Cells.Width(shown.ToString()) % TabStop)).Append(SafeText.OneLine(part));
        }

        return shown.ToString();
    }

    private static ScreenLine Line(string line, int shift, string sought)
    {
        var text = Shown(line);
        text = shift > 0 ? Cells.Skip(text, shift) : text;
        var drawn = new ScreenLine();
        var start = 0;
        for (int found; sought.Length > 0 && (found = text.IndexOf(sought, start, StringComparison.Ordinal)) >= 0; start = found + sought.Length)
        {
            drawn.Add(text[start..found]).Add(text.Substring(found, sought.Length), inverse: true);
        }

        return drawn.Add(text[start..]);
    }

    [GeneratedRegex("\u001b\\[[0-9;:]*m")]
    private static partial Regex Colors();
}
