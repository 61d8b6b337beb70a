namespace DurableQueue.Sqlite;

/// <summary>Which tasks have the hold Budget, and the counter that each waits for, in the order in which they may try again.</summary>
internal sealed class ParkedTasks(WriteConnection db)
{
    private const string SelectAny = "SELECT min(task_id) FROM budget_parked";

    private const string SelectOf =
        "SELECT task_id FROM budget_parked INDEXED BY budget_parked_of WHERE meter_id = @meter ORDER BY rank, position LIMIT @limit";

    private const string Insert = "INSERT INTO budget_parked (task_id, meter_id, rank, position) VALUES (@id, @meter, @rank, @position)";

    private const string SetPlaceSql = "UPDATE budget_parked SET rank = @rank, position = @position WHERE task_id = @id";

    private const string Delete = "DELETE FROM budget_parked WHERE task_id = @id";

    private bool? any;

    private bool Any => any ??= db[SelectAny].Scalar() is not null;

    public bool WaitFor(UsageCounter counter) => Any && db[SelectOf].Bind("@meter", counter.Id).Bind("@limit", 1).Scalar() is not null;

    /// <summary>A task got the hold.</summary>
    public void Add(TaskRow row, UsageCounter counter)
    {
        db[Insert].Bind("@id", row.Id.Value).Bind("@meter", counter.Id).Bind("@rank", row.Rank).Bind("@position", row.Position).Run();
        any = true;
    }

    /// <summary>A task with the hold has another place in the order.</summary>
    public void SetPlace(TaskId id, long rank, long position) =>
        db[SetPlaceSql].Bind("@id", id.Value).Bind("@rank", rank).Bind("@position", position).Run();

    /// <summary>A task lost the hold.</summary>
    public void Remove(TaskId id)
    {
        db[Delete].Bind("@id", id.Value).Run();
        any = null;
    }

    /// <summary>The first tasks that wait for a counter.</summary>
    public IReadOnlyList<TaskId> First(UsageCounter counter, int most)
    {
        if (!Any)
        {
            return [];
        }

        var tasks = new List<TaskId>();
        var select = db[SelectOf].Bind("@meter", counter.Id).Bind("@limit", most);
        while (select.Step())
        {
            tasks.Add(new TaskId(select.Long(0)));
        }

        return tasks;
    }

    public void Forget() => any = null;
}
