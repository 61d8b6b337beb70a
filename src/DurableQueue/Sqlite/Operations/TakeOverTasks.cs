namespace DurableQueue.Sqlite.Operations;

/// <summary>Goes on with adopted attempts that nobody keeps any more.</summary>
internal sealed class TakeOverTasks(CheckoutRequest request, int most) : WriteOperation<IReadOnlyList<LeasedTask>>
{
    // As many rows as commands run now: few. Whether their worker is gone is known outside the file.
    private const string SelectRunning =
        "SELECT id, lane_id, worker_id, lease_expires_at_ms FROM task INDEXED BY task_adopted WHERE state = 1 AND adopted = 1";

    protected override IReadOnlyList<LeasedTask> Execute(WriteSession session)
    {
        var taken = new List<LeasedTask>();
        foreach (var id in FindLeft(session))
        {
            taken.Add(TakenOver.Take(session, TaskRow.Require(session.Db, new TaskId(id)), request.Worker));
        }

        return taken;
    }

    private List<long> FindLeft(WriteSession session)
    {
        var running = new List<(long Id, long LaneId, long WorkerId, bool Expired)>();
        var select = session.Db[SelectRunning];
        while (select.Step())
        {
            running.Add((select.Long(0), select.Long(1), select.Long(2), session.MayReap && select.Long(3) <= session.NowMs));
        }

        var gone = new Dictionary<long, bool>();
        bool IsGone(long worker)
        {
            if (!gone.TryGetValue(worker, out var isGone))
            {
                // Without a row it has stopped in good order, and left what it ran to others.
                gone[worker] = isGone = session.Workers.ProcessOf(worker)?.IsGoneFromHere() ?? true;
            }

            return isGone;
        }

        return [.. running.Where(task => IsAskedFor(session.Lanes.ById(task.LaneId)) && (task.Expired || IsGone(task.WorkerId)))
            .Select(task => task.Id).Order().Take(most)];
    }

    private bool IsAskedFor(LaneState lane) =>
        request.AdoptedTypes?.Contains(lane.Type) == true && request.Groups?.Contains(lane.Group.Name) != false;
}
