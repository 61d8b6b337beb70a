using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.Inspection;

/// <summary>What decides, beside the tasks themselves, which of them run: groups, budgets, workers, and commands that were stopped.</summary>
internal sealed class QueueSituation
{
    private const int MostBudgets = 10_000;

    private readonly Dictionary<string, GroupInfo> groups;
    private readonly IReadOnlyList<WorkerInfo> workers;
    private readonly Dictionary<BudgetTarget, DateTimeOffset?> usedUp;
    private readonly CommandControl control;

    private QueueSituation(IEnumerable<GroupInfo> groups, IReadOnlyList<WorkerInfo> workers, IEnumerable<BudgetStatus> usedUp, CommandControl control)
    {
        this.groups = groups.ToDictionary(group => group.Name, StringComparer.Ordinal);
        this.workers = workers;
        this.usedUp = usedUp.ToDictionary(budget => budget.Target, budget => budget.RetryAt);
        this.control = control;
    }

    public static async ValueTask<QueueSituation> ReadAsync(DqInvocation invocation)
    {
        var queue = await invocation.OpenAsync();
        return new QueueSituation(
            await queue.Groups.ListAsync(invocation.Token),
            await queue.Inspector.GetWorkersAsync(invocation.Token),
            await queue.Budgets.ListStatusAsync(usedUpOnly: true, MostBudgets, invocation.Token),
            await invocation.OpenControlAsync());
    }

    /// <summary>Adds to each task why it does not run, or that its command is paused.</summary>
    public async ValueTask ExplainAsync(IEnumerable<TaskView> tasks, CancellationToken cancellationToken)
    {
        foreach (var task in tasks)
        {
            task.Reasons = Reasons(task);
            task.Paused = task is { IsCommand: true, Info.State: TaskState.CheckedOut } && await control.FindAsync(task.Id, cancellationToken) is { Paused: true };
        }
    }

    /// <summary>The one place that decides why a task does not run. Nothing for a task that has started or that only awaits its turn.</summary>
    private List<TaskReason> Reasons(TaskView task)
    {
        var info = task.Info;
        var reasons = new List<TaskReason>();
        if (info.State != TaskState.Queued)
        {
            return reasons;
        }

        Add(info.Doomed, TaskReason.Doomed);
        Add(info.Holds.HasFlag(TaskHolds.Approval), TaskReason.Approval);
        Add(info.Holds.HasFlag(TaskHolds.Stashed), TaskReason.Stashed);
        Add(
            info.Holds.HasFlag(TaskHolds.Dependencies),
            TaskReason.Dependencies,
            tasks: [.. task.After.Where(dependency => dependency.State == DependencyState.Waiting).Select(dependency => dependency.On)]);
        Add(info.Holds.HasFlag(TaskHolds.NotBefore), TaskReason.NotBefore, info.NotBefore);
        if (info.Holds == TaskHolds.None && FindUsedUp(info, out var until))
        {
            Add(true, TaskReason.Budget, until);
        }
        else
        {
            Add(info.Holds.HasFlag(TaskHolds.Budget), TaskReason.Budget, info.BudgetUntil);
        }

        if (groups.GetValueOrDefault(info.Group) is { } group && !info.Urgent)
        {
            Add(group.Paused, TaskReason.GroupPaused);
            Add(info.Holds == TaskHolds.None && group.Parallelism > 0 && group.Running >= group.Parallelism, TaskReason.GroupFull);
        }

        Add(!WorkerPresence.IsServed(info, workers), TaskReason.NoWorker);
        return reasons;

        void Add(bool isSo, string word, DateTimeOffset? end = null, IReadOnlyList<TaskId>? tasks = null)
        {
            if (isSo)
            {
                reasons.Add(new TaskReason(word, end, tasks));
            }
        }
    }

    /// <summary>A used-up budget of a group or type closes it as a whole: its tasks have no hold of their own.</summary>
    private bool FindUsedUp(TaskInfo task, out DateTimeOffset? until)
    {
        var (byGroup, byType) = (usedUp.TryGetValue(BudgetTarget.Group(task.Group), out var group), usedUp.TryGetValue(BudgetTarget.Type(task.Type), out var type));
        until = group > type || type is null ? group : type;
        return byGroup || byType;
    }
}
