namespace DurableQueue.Dashboard;

/// <summary>A program around the dashboard that has rules of its own for what is added in it.</summary>
internal abstract class DashboardHost
{
    /// <summary>The group of tasks for which none is given.</summary>
    public abstract string DefaultGroup { get; }

    /// <summary>Adds what the program gives to tasks that say nothing of their own.</summary>
    /// <exception cref="Inputs.InputException">The task cannot be added here.</exception>
    public abstract NewTask Complete(NewTask task);

    /// <summary>Tasks were added or changed. Must not wait.</summary>
    public abstract void Changed(IReadOnlyList<TaskId> tasks);

    /// <summary>A group was changed. Must not wait.</summary>
    public abstract void GroupChanged(string group);
}
