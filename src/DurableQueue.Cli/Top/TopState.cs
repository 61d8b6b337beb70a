using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Top;

/// <summary>The content of the screen.</summary>
internal sealed class TopState
{
    public IReadOnlyList<GroupInfo> Groups { get; private set; } = [];

    public IReadOnlyList<TaskView> Tasks { get; private set; } = [];

    public IReadOnlyList<string> Log { get; set; } = [];

    /// <summary>The result of the last key.</summary>
    public string Message { get; set; } = "";

    public int Workers { get; private set; }

    public int Selected { get; private set; }

    public TaskView? Task => Selected < Tasks.Count ? Tasks[Selected] : null;

    public void Update(IReadOnlyList<GroupInfo> groups, IReadOnlyList<TaskView> tasks, int workers)
    {
        // The selection stays on the task, wherever it has moved.
        var chosen = Task?.Id;
        (Groups, Tasks, Workers) = (groups, tasks, workers);
        var place = tasks.Select((task, index) => (task.Id, index)).Where(task => task.Id == chosen).Select(task => (int?)task.index).FirstOrDefault();
        Selected = Math.Clamp(place ?? Selected, 0, Math.Max(0, tasks.Count - 1));
    }

    public void Move(int by) => Selected = Math.Clamp(Selected + by, 0, Math.Max(0, Tasks.Count - 1));
}
