namespace DurableQueue.Mcp.Views;

/// <summary>Finds why queued tasks do not run: their holds, and what the queue's own query language says about groups, budgets and workers.</summary>
internal sealed class TaskReasons
{
    private const string Budget = "budget";
    private const string GroupPaused = "group-paused";
    private const string GroupFull = "group-full";
    private const string NoWorker = "no-worker";
    private const string Doomed = "doomed";

    private static readonly string[] Words = [Doomed, Budget, GroupPaused, GroupFull, NoWorker];

    private readonly ToolHost host;
    private readonly ILookup<TaskId, string> found;

    private TaskReasons(ToolHost host, ILookup<TaskId, string> found)
    {
        this.host = host;
        this.found = found;
    }

    public static async ValueTask<TaskReasons> ReadAsync(ToolHost host, IReadOnlyList<TaskInfo> tasks, CancellationToken cancellationToken)
    {
        TaskId[] queued = [.. tasks.Where(task => task.State == TaskState.Queued).Select(task => task.Id)];
        var pairs = new List<(TaskId Id, string Word)>();
        foreach (var word in queued.Length == 0 ? [] : Words)
        {
            var query = new TaskQuery { Ids = queued, Filter = TaskFilter.Parse($"status={word}", host.Time), Limit = queued.Length };
            pairs.AddRange((await host.Queue.Inspector.QueryAsync(query, cancellationToken).ConfigureAwait(false)).Tasks.Select(task => (task.Id, word)));
        }

        return new TaskReasons(host, pairs.ToLookup(pair => pair.Id, pair => pair.Word));
    }

    /// <returns><see langword="null"/> if it runs, has ended, or only awaits its turn.</returns>
    public IReadOnlyList<TaskReason>? Of(TaskInfo task)
    {
        if (task.State != TaskState.Queued)
        {
            return null;
        }

        var reasons = new List<TaskReason>();
        AddHold(TaskHolds.Approval, "approval", advice: "Somebody must approve it; queue_approvals shows the request.");
        AddHold(TaskHolds.Stashed, "stashed", advice: "queue_resume with its id queues it.");
        AddHold(TaskHolds.Dependencies, "dependencies", advice: "queue_show names the tasks that it waits for.");
        AddHold(TaskHolds.NotBefore, "not-before", task.NotBefore);
        reasons.AddRange(found[task.Id].Select(word => Obstacle(word, task)));
        return reasons.Count == 0 ? null : reasons;

        void AddHold(TaskHolds hold, string word, DateTimeOffset? until = null, string? advice = null)
        {
            if (task.Holds.HasFlag(hold))
            {
                reasons.Add(new TaskReason { Reason = word, Until = Times.Text(until), Advice = advice });
            }
        }
    }

    private TaskReason Obstacle(string word, TaskInfo task) => word switch
    {
        Budget => new TaskReason { Reason = word, Until = Times.Text(task.BudgetUntil), Advice = "queue_budgets shows what is used up, and until when." },
        GroupPaused => new TaskReason { Reason = word, Advice = $"queue_resume with the group '{task.Group}' lets it run." },
        NoWorker => new TaskReason { Reason = word, Advice = host.WorkerAdvice },
        Doomed => new TaskReason { Reason = word, Advice = "A task that it depends on ended otherwise than it must; retry that one before its group is resumed." },
        _ => new TaskReason { Reason = word },
    };
}
