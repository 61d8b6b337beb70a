namespace DurableQueue.Sqlite;

/// <summary>The tasks with the hold Budget, each with the meter that it waits for.</summary>
internal sealed class ParkedTasks(WriteContext context)
{
    private const string SelectAny = "SELECT min(task_id) FROM budget_parked";

    private const string SelectOf =
        "SELECT task_id FROM budget_parked INDEXED BY budget_parked_of WHERE meter_id = @meter ORDER BY rank, position LIMIT @limit";

    private const string Insert = "INSERT INTO budget_parked (task_id, meter_id, rank, position) VALUES (@id, @meter, @rank, @position)";

    private const string SetPlaceSql = "UPDATE budget_parked SET rank = @rank, position = @position WHERE task_id = @id";

    private const string Delete = "DELETE FROM budget_parked WHERE task_id = @id";

    private bool? any;

    private bool Any => any ??= context.Db[SelectAny].Scalar() is not null;

    public bool WaitFor(UsageCounter meter) => Any && context.Db[SelectOf].Bind("@meter", meter.Id).Bind("@limit", 1).Scalar() is not null;

    public void Add(TaskRow row, UsageCounter meter)
    {
        context.Tasks.SetHolds(row, row.Holds | TaskHolds.Budget, context.Lanes.ById(row.LaneId), row.NotBeforeMs);
        context.Db[Insert].Bind("@id", row.Id.Value).Bind("@meter", meter.Id).Bind("@rank", row.Rank).Bind("@position", row.Position).Run();
        any = true;
    }

    /// <summary>A task has another place among the others.</summary>
    public void SetPlace(TaskId id, long rank, long position) =>
        context.Db[SetPlaceSql].Bind("@id", id.Value).Bind("@rank", rank).Bind("@position", position).Run();

    /// <summary>A task lost its hold.</summary>
    public void Remove(TaskId id)
    {
        context.Db[Delete].Bind("@id", id.Value).Run();
        any = null;
    }

    /// <summary>The first of those that wait for a meter may try.</summary>
    /// <returns>How many it were.</returns>
    public int LetGo(UsageCounter meter, int most)
    {
        if (!Any)
        {
            return 0;
        }

        var tasks = new List<long>();
        var select = context.Db[SelectOf].Bind("@meter", meter.Id).Bind("@limit", most);
        while (select.Step())
        {
            tasks.Add(select.Long(0));
        }

        foreach (var id in tasks)
        {
            var row = TaskRow.Require(context.Db, new TaskId(id));
            context.Tasks.SetHolds(row, row.Holds & ~TaskHolds.Budget, context.Lanes.ById(row.LaneId), row.NotBeforeMs);
        }

        return tasks.Count;
    }

    public void Forget() => any = null;
}
