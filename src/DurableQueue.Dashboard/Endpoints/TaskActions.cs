using static DurableQueue.Dashboard.DashboardPermission;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>What can be done with one task.</summary>
internal static class TaskActions
{
    /// <summary>What the state of a task and the permissions of the viewer allow.</summary>
    public static async ValueTask<IReadOnlyList<string>> AllowedAsync(ApiCall call, TaskInfo task)
    {
        var allowed = new List<string>();
        foreach (var (action, permission) in Possible(task))
        {
            if (await call.MayAsync(permission).ConfigureAwait(false))
            {
                allowed.Add(action);
            }
        }

        return allowed;
    }

    /// <summary>Whether the state of a task allows an action.</summary>
    public static bool Allows(TaskInfo task, string action) => Possible(task).Any(possible => possible.Action == action);

    private static IEnumerable<(string Action, DashboardPermission Permission)> Possible(TaskInfo task)
    {
        switch (task.State)
        {
            case TaskState.Queued:
                yield return ("cancel", Control);
                yield return ("edit", Edit);
                yield return task.Holds.HasFlag(TaskHolds.Stashed) ? ("unstash", Control) : ("stash", Control);
                if (task.Holds.HasFlag(TaskHolds.Approval))
                {
                    yield return ("approve", Approve);
                    yield return ("reject", Approve);
                }
                else if (!task.Holds.HasFlag(TaskHolds.Dependencies) && !task.Urgent)
                {
                    yield return ("runNow", Control);
                }

                break;
            case TaskState.CheckedOut:
                if (!task.CancelRequested)
                {
                    yield return ("cancel", Control);
                }

                break;
            default:
                yield return ("retry", Control);
                yield return ("remove", Remove);
                break;
        }
    }
}
