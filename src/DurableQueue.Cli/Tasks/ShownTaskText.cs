using System.Globalization;
using DurableQueue.Cli.Output;

namespace DurableQueue.Cli.Tasks;

/// <summary>Writes everything of one task for people: what is set, then each part that the task has.</summary>
internal sealed class ShownTaskText(TextWriter text, ShownTask task, DateTimeOffset now)
{
    /// <summary>A longer payload, result or checkpoint is cut; JSON and the raw bytes have all of it.</summary>
    private const int MostCharacters = 4_000;

    /// <summary>How many dependents and requests are listed; JSON has all.</summary>
    private const int MostLines = 50;

    private TaskInfo Info => task.Info;

    public void Write(ShownLog log)
    {
        WriteSettings();
        Section("metadata", Info.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal), pair => $"{pair.Key}={pair.Value}");
        Section("environment", (task.Environment ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal), pair => $"{pair.Key}={pair.Value}");
        Section("waits for", task.View.After, edge => $"{edge.On}: {Word(edge.When)}, {Word(edge.State)}");
        Section("waited for by", task.Dependents, each => $"{each.Task.Id}{Label(each.Task)}: {Word(each.Edge.When)}, {Word(each.Edge.State)}");
        Section("failed attempts", task.Attempts, Attempt);
        Section("approvals", task.Approvals, Approval);
        Section("charges", task.Charges, Charge);
        WriteBytes("payload", task.Payload);
        WriteBytes("result", task.Result);
        WriteBytes("checkpoint", task.Checkpoint);
        WriteLog(log);
    }

    private void WriteSettings()
    {
        Line("task", $"{Info.Id}");
        Line("type", Info.Type);
        Line("command", task.View.Command?.ToString());
        Line("in", task.View.Command?.WorkingDirectory);
        Line("state", State());
        Line("error", Info.LastError);
        Line("group", Info.Group);
        Line("label", Info.Label);
        Line("priority", $"{Info.Priority}");
        Line("attempt", string.Create(CultureInfo.InvariantCulture, $"{Info.Attempt} of {Info.MaxAttempts}"));
        Line("enqueued", TaskText.Time(Info.EnqueuedAt, now));
        Line("not before", TaskText.Time(Info.NotBefore, now));
        Line("started", TaskText.Time(Info.StartedAt, now));
        Line("finished", TaskText.Time(Info.FinishedAt, now));
        Line("duration", TaskText.Span(task.View.Duration(now)));
        Line("timeout", TaskText.Span(Info.Timeout));
        Line("worker", Info.Worker);
        Line("lease until", TaskText.Time(Info.LeaseExpiresAt, now));
        Line("progress", Progress());
        Line("route", Route());
        Line("key", Info.DedupKey is { } key ? $"{key} ({Word(Info.DedupScope)})" : null);
        Line("backoff", Info.Retry is { } retry ? string.Create(CultureInfo.InvariantCulture, $"{TaskText.Span(retry.InitialDelay)}, times {retry.Factor}, at most {TaskText.Span(retry.MaxDelay)}") : null);
        Line("estimate", Info.EstimatedCost is { } cost ? BudgetCaps.Amount(cost.Amount, cost.Unit) : null);
        Line("parent", TaskContext.ParentOf(Info.Metadata)?.ToString());
        Line("schedule", Info.Schedule is { } schedule ? $"{schedule}, for {TaskText.Time(Info.OccursAt, now)}" : null);
    }

    private string State()
    {
        var state = TaskText.State(task.View, now).Text;
        var remedies = task.View.Reasons.Select(reason => reason.Remedy(Info)).Where(remedy => remedy is { Length: > 0 });
        return string.Join("; ", remedies.Prepend(state)!);
    }

    private string? Progress() => (Info.Progress, Info.ProgressMessage) switch
    {
        (null, _) => null,
        ({ } fraction, { } message) => string.Create(CultureInfo.InvariantCulture, $"{fraction:0%} {message}"),
        ({ } fraction, null) => string.Create(CultureInfo.InvariantCulture, $"{fraction:0%}"),
    };

    private string? Route() => Info.Route is { } route
        ? $"{route.Type}{(route.IsFallback ? ", by default" : "")}{(route.Reason is { } reason ? $": {reason}" : "")} ({route.Worker}, {TaskText.Time(route.RoutedAt, now)})"
        : null;

    private string Attempt(TaskAttempt attempt) => string.Create(
        CultureInfo.InvariantCulture,
        $"{attempt.Attempt}: {Word(attempt.Outcome)} at {TaskText.Time(attempt.EndedAt, now)} after {TaskText.Span(attempt.EndedAt - attempt.StartedAt)} ({attempt.Worker}): {attempt.Error}");

    private string Approval(ApprovalView view)
    {
        var request = view.Request;
        var decision = request.DecidedBy is { } by ? $" by {by} at {TaskText.Time(request.DecidedAt, now)}" : "";
        var note = request.Note is { Length: > 0 } text ? $": {text}" : "";
        return $"{request.Id}: {view.What}: {Word(request.Status)}{decision}{note}{(request.Outdated ? " (before a retry)" : "")}";
    }

    private string Charge(CostCharge charge) =>
        $"{BudgetCaps.Amount(charge.Cost.Amount, charge.Cost.Unit)} at {TaskText.Time(charge.At, now)} ({charge.Key})"
        + string.Concat(charge.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $" {tag.Key}={tag.Value}"));

    private void WriteBytes(string name, ShownBytes? bytes)
    {
        if (bytes is null or { Format: "empty" })
        {
            return;
        }

        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} ({bytes.Format}, {bytes.Length} bytes):"));
        var shown = bytes.ToText();
        WriteIndented(shown.Length <= MostCharacters ? shown : shown[..MostCharacters]);
        if (shown.Length > MostCharacters)
        {
            text.WriteLine($"  … (cut; --raw {name} and --json show all of it)");
        }
    }

    private void WriteLog(ShownLog log)
    {
        if (log.Path is null)
        {
            Line("log", log.Missing);
            return;
        }

        text.WriteLine($"log ({SafeText.OneLine(log.Path)}):");
        if (log.FromByte > 0)
        {
            text.WriteLine($"  … ('dq log {Info.Id}' shows all)");
        }

        WriteIndented(log.Text);
    }

    private void WriteIndented(string lines)
    {
        foreach (var line in lines.TrimEnd('\n').Split('\n'))
        {
            text.WriteLine($"  {SafeText.OneLine(line.TrimEnd('\r'))}");
        }
    }

    private void Section<T>(string name, IEnumerable<T> items, Func<T, string> describe)
    {
        var all = items.ToList();
        if (all.Count == 0)
        {
            return;
        }

        text.WriteLine($"{name}:");
        foreach (var item in all.Take(MostLines))
        {
            text.WriteLine($"  {SafeText.OneLine(describe(item))}");
        }

        if (all.Count > MostLines)
        {
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  … and {all.Count - MostLines} more; --json has them"));
        }
    }

    private void Line(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            text.WriteLine($"{name}: {SafeText.OneLine(value)}");
        }
    }

    private static string Label(TaskInfo info) => info.Label is { } label ? $" ({label})" : "";

    private static string Word<T>(T value)
        where T : struct, Enum => $"{value}".ToLowerInvariant();
}
