namespace DurableQueue.Sqlite.Operations;

/// <summary>
/// Takes over adopted attempts whose worker is gone; also those of other groups that have to stop, where no worker of their group is left
/// to stop them.
/// </summary>
internal sealed class TakeOverTasks(CheckoutRequest request, int most) : WriteOperation<IReadOnlyList<LeasedTask>>
{
    // As many rows as commands run now: few. Whether their worker is gone is known outside the file.
    private const string SelectRunning =
        $"""
        SELECT id, lane_id, worker_id, lease_expires_at_ms, cancel_requested OR (timeout_ms IS NOT NULL AND started_at_ms + timeout_ms + {TakenOver.AwaitedMs} <= @now)
        FROM task INDEXED BY task_adopted WHERE state = {TaskStateCode.CheckedOut} AND adopted = 1
        """;

    protected override IReadOnlyList<LeasedTask> Execute(WriteContext context)
    {
        context.Workers.Register(request);
        var taken = new List<LeasedTask>();
        foreach (var id in FindLeft(context))
        {
            taken.Add(TakenOver.Take(context, TaskRow.Require(context.Db, new TaskId(id)), request.Worker));
        }

        return taken;
    }

    private List<long> FindLeft(WriteContext context)
    {
        var running = new List<(long Id, LaneState Lane, long WorkerId, bool Expired, bool IsOver)>();
        var select = context.Db[SelectRunning].Bind("@now", context.NowMs);
        while (select.Step())
        {
            running.Add((select.Long(0), context.Lanes.ById(select.Long(1)), select.Long(2), context.Clock.MayReap && select.Long(3) <= context.NowMs, select.Bool(4)));
        }

        var gone = new Dictionary<long, bool>();
        bool IsGone(long worker)
        {
            if (!gone.TryGetValue(worker, out var isGone))
            {
                // Without a row it has stopped in good order, and left what it ran to others.
                gone[worker] = isGone = context.Workers.ProcessOf(worker)?.IsGoneFromHere() ?? true;
            }

            return isGone;
        }

        return [.. running
            .Where(task => request.AdoptedTypes?.Contains(task.Lane.Type) == true)
            .Where(task => IsOurGroup(task.Lane)
                ? task.Expired || IsGone(task.WorkerId)
                : task.IsOver && IsGone(task.WorkerId) && !context.Workers.IsServed(task.Lane.Type, task.Lane.Group.Name, context.NowMs))
            .Select(task => task.Id).Order().Take(most)];
    }

    private bool IsOurGroup(LaneState lane) => request.Groups?.Contains(lane.Group.Name) != false;
}
