using System.Globalization;

namespace DurableQueue;

/// <summary>Parses the values of one comparison, according to its field.</summary>
internal sealed class TaskFilterValues(TaskFilterScanner scanner, TaskFilterField field, DateTimeOffset now, TimeZoneInfo zone)
{
    private const string TimeHint = "use -2h, now, today, yesterday, monday, 'today 09:00', 2030-01-31 or 2030-01-31T09:00:00Z";

    private static readonly string[] Keywords = ["and", "or", "not", "in", "order", "by", "asc", "desc", "limit", "none"];

    /// <summary>The values of the field status. A state takes precedence over an outcome with the same name.</summary>
    private static readonly IReadOnlyDictionary<string, Action<TaskFilterValues>> Statuses = NameStatuses();

    private readonly List<long> numbers = [];
    private readonly List<string> texts = [];
    private readonly List<(long From, long Until)> times = [];
    private readonly HashSet<TaskState> states = [];
    private readonly HashSet<TaskOutcome> outcomes = [];
    private readonly HashSet<TaskObstacle> obstacles = [];
    private TaskHolds holds;
    private bool ready;

    /// <summary>The field's name in the language.</summary>
    public static string NameOf(TaskFilterField field) => field switch
    {
        TaskFilterField.Id => "id",
        TaskFilterField.Status => "status",
        TaskFilterField.Group => "group",
        TaskFilterField.Label => "label",
        TaskFilterField.Type => "type",
        TaskFilterField.Command => "command",
        TaskFilterField.Priority => "priority",
        TaskFilterField.Attempt => "attempt",
        TaskFilterField.After => "after",
        TaskFilterField.Enqueued => "enqueued",
        TaskFilterField.Started => "started",
        TaskFilterField.Ended => "ended",
        _ => "duration",
    };

    public static bool Takes(TaskFilterField field, TaskFilterOperator comparison) => field switch
    {
        TaskFilterField.Status or TaskFilterField.After => comparison == TaskFilterOperator.Equal,
        TaskFilterField.Group or TaskFilterField.Label or TaskFilterField.Type or TaskFilterField.Command => true,
        _ => comparison != TaskFilterOperator.Contains,
    };

    /// <summary>Advances if the next word is <c>none</c>.</summary>
    public bool TakeNone()
    {
        if (!scanner.Is("none"))
        {
            return false;
        }

        if (field is not (TaskFilterField.Label or TaskFilterField.Command or TaskFilterField.After or TaskFilterField.Started or TaskFilterField.Ended
            or TaskFilterField.Duration))
        {
            throw scanner.Error($"'{NameOf(field)}' is never none: every task has one");
        }

        scanner.Next();
        return true;
    }

    /// <summary>Parses one value.</summary>
    public void Take()
    {
        if (!scanner.IsWord && !scanner.IsQuoted)
        {
            throw scanner.Error($"expected a value for '{NameOf(field)}', found {scanner.Name}");
        }

        if (scanner.IsWord && Keywords.Contains(scanner.Piece, StringComparer.OrdinalIgnoreCase))
        {
            throw scanner.Error($"expected a value for '{NameOf(field)}', found the keyword {scanner.Name}; to use it as text, put it in single quotes");
        }

        switch (field)
        {
            case TaskFilterField.Id or TaskFilterField.Priority or TaskFilterField.Attempt or TaskFilterField.After:
                TakeNumber();
                break;
            case TaskFilterField.Status:
                TakeStatus();
                break;
            case TaskFilterField.Enqueued or TaskFilterField.Started or TaskFilterField.Ended:
                TakeTime();
                break;
            case TaskFilterField.Duration:
                TakeDuration();
                break;
            default:
                texts.Add(scanner.Piece);
                break;
        }

        scanner.Next();
    }

    public TaskFilterNode.Test ToTest(TaskFilterOperator comparison, bool negated) => new(field, comparison)
    {
        Negated = negated,
        Numbers = numbers,
        Texts = texts,
        Times = times,
        States = [.. states],
        Outcomes = [.. outcomes],
        Holds = holds,
        Obstacles = [.. obstacles],
        Ready = ready,
    };

    private void TakeNumber()
    {
        if (!long.TryParse(scanner.Piece, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            throw scanner.Error($"expected an integer, found {scanner.Name}");
        }

        numbers.Add(number);
    }

    private void TakeStatus()
    {
        if (!Statuses.TryGetValue(Plain(scanner.Piece), out var add))
        {
            throw scanner.Error($"unknown status {scanner.Name}; the values are {string.Join(", ", Statuses.Keys)}");
        }

        add(this);
    }

    private void TakeTime()
    {
        if (TimeText.ReadPast(scanner.Piece, now, zone, out var from, out var until) is { } problem)
        {
            throw scanner.Error($"{scanner.Name} is not a valid time: {problem}; {TimeHint}");
        }

        var first = from.ToUnixTimeMilliseconds();
        times.Add((first, until?.ToUnixTimeMilliseconds() ?? first + 1));
    }

    private void TakeDuration()
    {
        if (!TimeText.TryParseDuration(scanner.Piece, out var duration))
        {
            throw scanner.Error($"{scanner.Name} is not a valid duration; use 90 (seconds), 500ms, 0.2s, 1h30m or 2d");
        }

        numbers.Add((long)duration.TotalMilliseconds);
    }

    private static Dictionary<string, Action<TaskFilterValues>> NameStatuses()
    {
        var names = new Dictionary<string, Action<TaskFilterValues>>();
        foreach (var state in Enum.GetValues<TaskState>())
        {
            names.Add(Plain(state.ToString()), read => read.states.Add(state));
        }

        names.Add("running", read => read.states.Add(TaskState.CheckedOut));
        names.Add("ready", read => read.ready = true);
        names.Add("finished", read => read.states.UnionWith([TaskState.Done, TaskState.Failed, TaskState.Cancelled]));
        names.Add("unfinished", read => read.states.UnionWith([TaskState.Queued, TaskState.CheckedOut]));
        foreach (var hold in Enum.GetValues<TaskHolds>().Where(hold => hold != TaskHolds.None))
        {
            names.Add(Plain(hold.ToString()), read => read.holds |= hold);
        }

        names[Plain(nameof(TaskHolds.Budget))] += read => read.obstacles.Add(TaskObstacle.BudgetUsedUp);
        foreach (var obstacle in Enum.GetValues<TaskObstacle>().Where(obstacle => obstacle != TaskObstacle.BudgetUsedUp))
        {
            names.Add(Plain(obstacle.ToString()), read => read.obstacles.Add(obstacle));
        }

        foreach (var outcome in Enum.GetValues<TaskOutcome>().Where(outcome => outcome != TaskOutcome.None))
        {
            names.TryAdd(Plain(outcome.ToString()), read => read.outcomes.Add(outcome));
        }

        return names;
    }

    /// <summary>Normalizes <c>checked-out</c>, <c>checked_out</c> and <c>CheckedOut</c> to one form.</summary>
    private static string Plain(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
