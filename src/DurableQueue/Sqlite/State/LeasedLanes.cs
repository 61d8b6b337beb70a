namespace DurableQueue.Sqlite;

/// <summary>
/// The lanes of tasks that this queue leased: a guess that its user verifies, and that saves a read of the row when the task ends.
/// </summary>
internal sealed class LeasedLanes
{
    /// <summary>Leases that ended elsewhere leave their entries behind; some megabytes at most.</summary>
    private const int MostKept = 100_000;

    private readonly Dictionary<long, long> lanes = [];

    public void Add(TaskId task, long lane)
    {
        if (lanes.Count >= MostKept)
        {
            lanes.Clear();
        }

        lanes[task.Value] = lane;
    }

    /// <summary>The lane in which the task was leased, if it is known; each entry is given once.</summary>
    public bool TryTake(TaskId task, out long lane) => lanes.Remove(task.Value, out lane);

    /// <summary>The same for a lane that is guessed; false, and the entry stays, if it is another one.</summary>
    public bool TryTakeFrom(long lane, TaskId task) => lanes.TryGetValue(task.Value, out var known) && known == lane && lanes.Remove(task.Value);
}
