namespace DurableQueue.Dashboard;

/// <summary>What a viewer of the dashboard may do. Each can be bound to an authorization policy with <see cref="DashboardOptions.Policies"/>.</summary>
public enum DashboardPermission
{
    /// <summary>See the queue: its tasks, groups, workers, schedules and counters. Without it the queue is hidden.</summary>
    View,

    /// <summary>See payloads, results, metadata, commands and the arguments of approvals, and search by them.</summary>
    ViewPayloads,

    /// <summary>See the logs of commands.</summary>
    ViewLogs,

    /// <summary>Add tasks.</summary>
    Create,

    /// <summary>Cancel, retry, stash, unstash and run tasks now; stop, continue and send input to commands; verify the queue.</summary>
    Control,

    /// <summary>Change the settings and the payload of queued tasks.</summary>
    Edit,

    /// <summary>Remove finished tasks.</summary>
    Remove,

    /// <summary>Pause, resume, limit and remove groups.</summary>
    Groups,

    /// <summary>Add, change, pause, resume, run and remove schedules.</summary>
    Schedules,

    /// <summary>Approve and reject. The viewer needs a name.</summary>
    Approve,

    /// <summary>Set and remove budgets, and run tasks over budget.</summary>
    Budgets,

    /// <summary>Act on all tasks that match a query. The permission of the action itself is needed too.</summary>
    Bulk,
}
