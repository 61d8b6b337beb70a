using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>Why a task does not run.</summary>
/// <param name="Word">The word of the query language (docs/query-language.md) that finds tasks with this reason.</param>
/// <param name="Until">When it ends, if that is known.</param>
/// <param name="Tasks">The tasks that it waits for.</param>
internal sealed record TaskReason(string Word, DateTimeOffset? Until = null, IReadOnlyList<TaskId>? Tasks = null)
{
    public const string Doomed = "doomed";
    public const string Approval = "approval";
    public const string Stashed = "stashed";
    public const string Dependencies = "dependencies";
    public const string NotBefore = "not-before";
    public const string Budget = "budget";
    public const string GroupPaused = "group-paused";
    public const string GroupFull = "group-full";
    public const string NoWorker = "no-worker";

    /// <summary>How many ids are named; JSON has them all.</summary>
    private const int MostNamed = 3;

    /// <summary>Whether it ends without anybody doing something about it, provided that a worker is there.</summary>
    public bool EndsByTime => Word is NotBefore or GroupFull || (Word == Budget && Until is not null);

    /// <summary>The word, with the ids or the time.</summary>
    public string ToText(DateTimeOffset now) => this switch
    {
        { Tasks: { Count: > 0 } tasks } => $"{Word} {string.Join(",", tasks.Take(MostNamed))}{(tasks.Count > MostNamed ? ",…" : "")}",
        { Word: NotBefore } => $"{Word} {TaskText.Time(Until, now)}",
        { Until: { } until } => $"{Word} until {TaskText.Time(until, now)}",
        _ => Word,
    };

    /// <summary>What to do about it, for whoever has just added the task; <see langword="null"/> if it ends by itself.</summary>
    public string? Remedy(TaskInfo task) => Word switch
    {
        Approval => $"'dq approve {task.Id}' lets it run",
        Stashed => $"'dq enqueue {task.Id}' queues it",
        GroupPaused => $"'dq group resume {task.Group}' resumes its group",
        NoWorker when task.Type != CommandTask.TypeName => $"no running service takes the type {task.Type}",
        NoWorker => "'dq worker --daemon' starts a worker",
        Budget or Doomed => "",
        _ => null,
    };
}
