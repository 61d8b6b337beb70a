using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Inspection;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.NewTasks;

/// <summary>Says where a task stands that has just been added: how many of its group run first, and why it does not run.</summary>
internal static class QueuePlace
{
    private const int MostCounted = 10_000;

    public static async Task SayAsync(DqInvocation invocation, TaskId id)
    {
        var queue = await invocation.OpenAsync();
        var task = await TaskViews.RequireAsync(queue, id, invocation.Token);
        await (await QueueSituation.ReadAsync(invocation)).ExplainAsync([task], invocation.Token);
        invocation.Output.Say($"task {id} (group {task.Info.Group}): {await DescribeAsync(invocation, task)}");
        Adding.SayWhyItDoesNotRun(invocation, task);
    }

    private static async Task<string> DescribeAsync(DqInvocation invocation, TaskView task)
    {
        if (task.Info.State != TaskState.Queued)
        {
            return "started";
        }

        var before = task.Info.Holds == TaskHolds.None ? await CountBeforeAsync(invocation, task.Info) : 0;
        var place = before > 0 ? $"queued behind {(before < MostCounted ? before : $"more than {MostCounted - 1}")}" : task.Info.Holds == TaskHolds.None ? "next in its group" : "queued";

        // Whatever stands before it is there because the group is full.
        var reasons = task.Reasons.Where(reason => before == 0 || reason.Word != TaskReason.GroupFull).Select(reason => reason.ToText(invocation.Time.GetUtcNow())).ToList();
        return reasons.Count > 0 ? $"{place}: {string.Join(", ", reasons)}" : place;
    }

    /// <summary>The ready tasks of the group that are checked out first: urgent ones, then by priority, then by position. A new task has the last position.</summary>
    private static async Task<int> CountBeforeAsync(DqInvocation invocation, TaskInfo task)
    {
        var queue = await invocation.OpenAsync();
        var ready = await queue.Inspector.QueryAsync(
            new TaskQuery { Groups = [task.Group], States = [TaskState.Queued], Filter = TaskFilter.Parse("status=ready", invocation.Time), Limit = MostCounted },
            invocation.Token);
        return ready.Tasks.Count(other => other.Id != task.Id
            && (other.Urgent != task.Urgent ? other.Urgent : other.Priority != task.Priority ? other.Priority > task.Priority : other.Id.Value < task.Id.Value));
    }
}
