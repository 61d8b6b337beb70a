using System.Globalization;

namespace DurableQueue.Dashboard.Views;

/// <summary>Says of each queued task why it does not run, and what can be done about it.</summary>
internal sealed class Reasons(IReadOnlyList<GroupInfo> groups, IReadOnlyList<WorkerInfo> workers)
{
    private readonly Dictionary<string, GroupInfo> groups = groups.ToDictionary(group => group.Name, StringComparer.Ordinal);
    private readonly WorkerInfo[] live = [.. workers.Where(worker => worker.IsLive)];

    public bool IsPaused(string group) => groups.TryGetValue(group, out var info) && info.Paused;

    /// <returns><see langword="null"/> unless the task is queued.</returns>
    public WhyView? Of(TaskInfo task)
    {
        if (task.State != TaskState.Queued)
        {
            return null;
        }

        if (task.Doomed)
        {
            return new WhyView
            {
                Code = "doomed",
                Text = $"A task that it depends on did not end as it must. It fails when the group {task.Group} is resumed, unless that task is retried before.",
                Group = task.Group,
            };
        }

        return OfHold(task) ?? OfGroup(task) ?? OfWorkers(task) ?? new WhyView { Code = "ready", Text = "It is ready, and runs when a worker has a free slot." };
    }

    private static WhyView? OfHold(TaskInfo task)
    {
        if (task.Holds.HasFlag(TaskHolds.Dependencies))
        {
            return new WhyView { Code = "dependencies", Text = task.PendingDependencies == 1 ? "It waits for another task." : $"It waits for {task.PendingDependencies.ToString(CultureInfo.InvariantCulture)} other tasks." };
        }

        if (task.Holds.HasFlag(TaskHolds.Approval))
        {
            return new WhyView { Code = "approval", Text = "It waits for an approval.", Remedy = new RemedyView("approve", "approve") };
        }

        if (task.Holds.HasFlag(TaskHolds.Stashed))
        {
            return new WhyView { Code = "stashed", Text = "It is stashed.", Remedy = new RemedyView("unstash", "unstash") };
        }

        if (task.Holds.HasFlag(TaskHolds.NotBefore))
        {
            return new WhyView
            {
                Code = "not-before",
                Text = task.Attempt > 0 ? "It waits for its next attempt." : "It is delayed.",
                Until = Text.Time(task.NotBefore),
                Remedy = new RemedyView("runNow", "run now"),
            };
        }

        return task.Holds.HasFlag(TaskHolds.Budget)
            ? new WhyView { Code = "budget", Text = "A budget is used up.", Until = Text.Time(task.BudgetUntil), Remedy = new RemedyView("runNowOverBudget", "run over budget") }
            : null;
    }

    private WhyView? OfGroup(TaskInfo task)
    {
        if (task.Urgent || !groups.TryGetValue(task.Group, out var group))
        {
            return null;
        }

        if (group.Paused)
        {
            return new WhyView { Code = "group-paused", Text = $"The group {group.Name} is paused.", Group = group.Name, Remedy = new RemedyView("resumeGroup", "resume the group") };
        }

        if (group.OverBudget)
        {
            return new WhyView { Code = "budget", Text = $"The budget of the group {group.Name} is used up.", Group = group.Name, Remedy = new RemedyView("runNowOverBudget", "run over budget") };
        }

        return group.Parallelism > 0 && group.Running >= group.Parallelism
            ? new WhyView
            {
                Code = "group-full",
                Text = $"The group {group.Name} runs as many tasks as it may: {group.Running.ToString(CultureInfo.InvariantCulture)} of {group.Parallelism.ToString(CultureInfo.InvariantCulture)}.",
                Group = group.Name,
                Remedy = new RemedyView("runNow", "run now"),
            }
            : null;
    }

    private WhyView? OfWorkers(TaskInfo task)
    {
        if (Array.Exists(live, worker => worker.Serves(task.Type, task.Group)))
        {
            return null;
        }

        var servesType = Array.Exists(live, worker => worker.Types is null || worker.Types.Contains(task.Type, StringComparer.Ordinal));
        return new WhyView
        {
            Code = "no-worker",
            Text = live.Length == 0
                ? "No worker is running."
                : servesType ? $"No running worker takes tasks from the group {task.Group}." : $"No running worker takes tasks of the type {task.Type}.",
        };
    }
}
