using System.Globalization;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Top;

/// <summary>Describes one task: why it does not run, what it runs, and when.</summary>
internal sealed class DetailLines(TaskView task, TopData data, int width, DateTimeOffset now)
{
    private const int NameWidth = 10;
    private const int MostAttempts = 3;

    private readonly List<ScreenLine> lines = [];

    public static List<ScreenLine> Draw(TopState state, int width, DateTimeOffset now) =>
        state.Task is { } task ? new DetailLines(task, state.Data, width, now).Draw() : [];

    private List<ScreenLine> Draw()
    {
        var info = task.Info;
        var (text, style) = TaskText.State(task, now);
        Add("state", text, style);
        foreach (var request in data.Approvals)
        {
            Add("approval", Approval(request));
        }

        Add(task.IsCommand ? "command" : "type", task.IsRead ? TaskText.Command(task) : "");
        Add("in", task.Command?.WorkingDirectory);
        Add("progress", info.ProgressMessage);
        Add("error", info.LastError, Style.Red);
        Add("group", Group());
        Add("label", info.Label);
        Add("priority", info.Priority == 0 ? "" : $"{info.Priority}");
        Add("attempts", $"{info.Attempt} of {info.MaxAttempts}{(info.Timeout is { } timeout ? $", each at most {TaskText.Span(timeout)}" : "")}{(info.Worker is { } worker ? $", on {worker}" : "")}");
        foreach (var attempt in data.Attempts.TakeLast(MostAttempts))
        {
            Add("", $"{attempt.Attempt}: {TaskText.Time(attempt.StartedAt, now)}, {TaskText.Span(attempt.EndedAt - attempt.StartedAt)}, {attempt.Error}");
        }

        Add("after", string.Join(", ", task.After.Select(Dependency)));
        Add("times", Times());
        Add("key", info.DedupKey);
        Add("schedule", info.Schedule);
        return lines;
    }

    private void Add(string name, string? value, Style style = Style.Plain)
    {
        if (value is not { Length: > 0 })
        {
            return;
        }

        foreach (var (part, index) in Cells.Wrap(SafeText.OneLine(value), Math.Max(8, width - NameWidth - 1)).Select((part, index) => (part, index)))
        {
            lines.Add(ScreenLine.Of($" {(index == 0 ? name : "").PadRight(NameWidth)}", Style.Dim).Add(part, style));
        }
    }

    private string Group()
    {
        var name = task.Info.Group;
        return data.Groups.FirstOrDefault(group => group.Name == name) is { } group
            ? $"{name}: {group.Running} running, {(group.Parallelism == 0 ? "no limit" : $"limit {group.Parallelism}")}{(group.Paused ? ", paused" : "")}"
            : name;
    }

    private static string Dependency(DependencyInfo dependency) =>
        $"{dependency.On}{(dependency.When == DependencyCondition.Succeeded ? "" : $":{Word(dependency.When)}")} ({Word(dependency.State)})";

    private string Approval(ApprovalInfo request)
    {
        var who = request.Approvers switch
        {
            null => "anyone",
            [] => "no one",
            { } names => string.Join(", ", names),
        };
        var gates = request.Gates.Count > 0 ? $", required by {string.Join(", ", request.Gates)}" : "";
        var expires = request.ExpiresAt is { } end ? $", expires {TaskText.Time(end, now)}" : "";
        return $"request {request.Id}: {(request.InRun ? $"{request.What}, " : "")}{who} may decide{gates}{expires}";
    }

    private string Times()
    {
        var info = task.Info;
        (string, DateTimeOffset?)[] times =
        [
            ("added", info.EnqueuedAt), ("not before", info.NotBefore), ("started", info.StartedAt), ("ended", info.FinishedAt),
        ];
        var parts = times.Where(time => time.Item2 is not null).Select(time => $"{time.Item1} {TaskText.Time(time.Item2, now)}").ToList();
        if (task.Duration(now) is { } duration)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{(info.IsFinished ? "took" : "for")} {TaskText.Span(duration)}"));
        }

        return string.Join(", ", parts);
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
