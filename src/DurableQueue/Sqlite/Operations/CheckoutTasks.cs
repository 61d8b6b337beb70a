using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>
/// Takes the best ready tasks: from the best lane as many as come before the head of the second best, then again. It reads the
/// tasks it takes and a few lane rows, however long the backlog is.
/// </summary>
internal sealed class CheckoutTasks(CheckoutRequest request, int most) : WriteOperation<IReadOnlyList<LeasedTask>>
{
    private const string SelectBestLanes =
        """
        SELECT id, urgent, head_rank, head_position FROM lane INDEXED BY lane_best
        WHERE runnable = 1 ORDER BY urgent DESC, head_rank, head_position LIMIT 2
        """;

    private const string SelectBestLanesOfType =
        """
        SELECT id, urgent, head_rank, head_position FROM lane INDEXED BY lane_best_of_type
        WHERE runnable = 1 AND type_id = @type ORDER BY urgent DESC, head_rank, head_position LIMIT 2
        """;

    private const string SelectRunnableLanesOfGroup =
        "SELECT id, urgent, head_rank, head_position, type_id FROM lane INDEXED BY lane_of_group WHERE group_id = @group AND runnable = 1";

    private const string SelectReady =
        $"""
        SELECT {LeasedTaskRow.Columns}
        FROM task t INDEXED BY task_ready LEFT JOIN task_body b ON b.id = t.id
        WHERE t.lane_id = @lane AND t.state = 0 AND t.holds = 0 AND (t.rank, t.position) < (@beforeRank, @beforePosition)
        ORDER BY t.rank, t.position LIMIT @limit
        """;

    private const string Claim =
        """
        UPDATE task
        SET state = 1, lane_id = @lane, attempt = @attempt, token = @token, waiting = 0, cancel_requested = 0,
            lease_ms = @lease, lease_expires_at_ms = @expires, started_at_ms = @now, worker_id = @workerId, worker = @worker
        WHERE id = @id
        """;

    private readonly CheckoutRequest request = request;
    private readonly int most = most;
    private readonly long leaseOfRequestMs = NewTaskRules.LeaseMs(request.LeaseDuration, nameof(request.LeaseDuration));

    /// <summary>Later checkouts of the batch for the same worker and tasks: what one statement takes is shared out among them.</summary>
    private readonly List<CheckoutTasks> served = [];

    /// <summary>What an earlier checkout took for this one.</summary>
    private IReadOnlyList<LeasedTask>? received;

    public override bool ComesLast => true;

    public override bool TryServe(WriteOperation later)
    {
        if (later is not CheckoutTasks other || most + other.most > Limits.BatchSize || !AsksForTheSame(other.request))
        {
            return false;
        }

        served.Add(other);
        return true;
    }

    public override void ServeAlone()
    {
        served.Clear();
        received = null;
    }

    protected override IReadOnlyList<LeasedTask> Execute(WriteSession session)
    {
        if (received is { } mine)
        {
            received = null;
            return mine;
        }

        session.Workers.Meet(request.Worker, request.Types);
        PromoteDue.Run(session);
        ReapExpired.Run(session);
        return ShareOut(Take(session, most + served.Sum(other => other.most)));
    }

    private List<LeasedTask> Take(WriteSession session, int count)
    {
        var types = request.Types?.Select(session.Lanes.FindType).OfType<long>().ToArray();
        var taken = new List<LeasedTask>();
        while (taken.Count < count)
        {
            session.Lanes.Refresh();
            var (best, second) = FindBest(session, types);
            if (best is null)
            {
                break;
            }

            TakeFrom(session, best, second, count, taken);
        }

        return taken;
    }

    /// <summary>The first for itself, the next for those that it serves, in their order.</summary>
    private List<LeasedTask> ShareOut(List<LeasedTask> taken)
    {
        if (served.Count == 0)
        {
            return taken;
        }

        var next = Math.Min(most, taken.Count);
        foreach (var other in served)
        {
            var count = Math.Min(other.most, taken.Count - next);
            other.received = taken.GetRange(next, count);
            next += count;
        }

        served.Clear();
        return taken.GetRange(0, Math.Min(most, taken.Count));
    }

    private bool AsksForTheSame(CheckoutRequest other) =>
        ReferenceEquals(request, other)
        || (request.Worker == other.Worker
            && request.LeaseDuration == other.LeaseDuration
            && AreSame(request.Groups, other.Groups)
            && AreSame(request.Types, other.Types));

    private static bool AreSame(IReadOnlyList<string>? first, IReadOnlyList<string>? second) =>
        ReferenceEquals(first, second) || (first is not null && second is not null && first.SequenceEqual(second));

    private void TakeFrom(WriteSession session, Candidate best, Candidate? second, int count, List<LeasedTask> taken)
    {
        var lane = session.Lanes.ById(best.LaneId);
        var limit = (long)count - taken.Count;
        if (!lane.Urgent)
        {
            limit = Math.Min(limit, lane.Group.FreeSlots);
        }

        // An urgent lane comes before all others; only another urgent one bounds it.
        var bounded = second is not null && second.Urgent == best.Urgent;
        var first = taken.Count;
        var ready = session.Db[SelectReady].Bind("@lane", lane.Id)
            .Bind("@beforeRank", bounded ? second!.Rank : long.MaxValue)
            .Bind("@beforePosition", bounded ? second!.Position : long.MaxValue)
            .Bind("@limit", limit);
        while (ready.Step())
        {
            var leaseMs = LeasedTaskRow.LeaseOverrideMs(ready) ?? leaseOfRequestMs;
            var task = LeasedTaskRow.Read(ready, lane, firstOfAttempt: true, leaseMs, session.NowMs);
            taken.Add(task);
            CountWait(session, task, LeasedTaskRow.NotBeforeMs(ready));
        }

        ClaimFrom(session, lane, taken, first);
    }

    /// <summary>Writes the leases. Nothing came between the look and this: the transaction has had the write lock since it began.</summary>
    private void ClaimFrom(WriteSession session, LaneState lane, List<LeasedTask> taken, int first)
    {
        var normal = lane.Urgent ? session.Lanes.Ensure(lane.Group, lane.Type, urgent: false) : lane;
        var workerId = session.Workers.IdOf(request.Worker, session.NowMs);
        for (var i = first; i < taken.Count; i++)
        {
            var task = taken[i];
            var expires = task.Lease.ExpiresAt.ToUnixTimeMilliseconds();
            session.Db[Claim].Bind("@id", task.Id.Value)
                .Bind("@lane", normal.Id)
                .Bind("@attempt", task.Attempt)
                .Bind("@token", task.Lease.Token)
                .Bind("@lease", (long)task.LeaseDuration.TotalMilliseconds)
                .Bind("@expires", expires)
                .Bind("@now", session.NowMs)
                .Bind("@workerId", workerId)
                .Bind("@worker", request.Worker)
                .Run();
            session.Deadlines.AddExpiry(expires);
        }

        var claimed = taken.Count - first;
        session.Effects.Events.Add(TaskEventKind.CheckedOut, lane.Group.Name, lane.Type, by: claimed);
        lane.Group.Count(TaskState.Queued, false, -claimed);
        lane.Group.CountHolds(TaskHolds.None, -claimed);
        lane.Group.Count(TaskState.CheckedOut, false, +claimed);
        session.Lanes.Invalidate(lane);
    }

    /// <summary>Where it is known since when the task could run: at its first checkout, and after a backoff.</summary>
    private static void CountWait(WriteSession session, LeasedTask task, long? notBeforeMs)
    {
        if (task.Lease.Token == 1)
        {
            session.Effects.Events.AddWait(task.Group, task.Type, session.NowMs - Math.Max(task.EnqueuedAt.ToUnixTimeMilliseconds(), notBeforeMs ?? 0));
        }
        else if (task.Attempt > 1 && notBeforeMs is { } due)
        {
            session.Effects.Events.AddWait(task.Group, task.Type, session.NowMs - due);
        }
    }

    /// <summary>The best lane that this worker may take from, and the next best.</summary>
    private (Candidate? Best, Candidate? Second) FindBest(WriteSession session, long[]? types)
    {
        var top = default(TopTwo);
        if (request.Groups is { } groups)
        {
            foreach (var name in groups)
            {
                if (session.Groups.Find(name) is { } group)
                {
                    top.AddAll(session.Db[SelectRunnableLanesOfGroup].Bind("@group", group.Id), types);
                }
            }
        }
        else if (types is not null)
        {
            foreach (var type in types)
            {
                top.AddAll(session.Db[SelectBestLanesOfType].Bind("@type", type), null);
            }
        }
        else
        {
            top.AddAll(session.Db[SelectBestLanes], null);
        }

        return (top.Best, top.Second);
    }

    private sealed record Candidate(long LaneId, bool Urgent, long Rank, long Position)
    {
        public bool IsBefore(Candidate? other) =>
            other is null || (Urgent, -Rank, -Position).CompareTo((other.Urgent, -other.Rank, -other.Position)) > 0;
    }

    private struct TopTwo
    {
        public Candidate? Best;
        public Candidate? Second;

        public void AddAll(Statement lanes, long[]? types)
        {
            while (lanes.Step())
            {
                if (types is null || Array.IndexOf(types, lanes.Long(4)) >= 0)
                {
                    Add(new Candidate(lanes.Long(0), lanes.Bool(1), lanes.Long(2), lanes.Long(3)));
                }
            }
        }

        private void Add(Candidate lane)
        {
            if (lane.LaneId == Best?.LaneId)
            {
                return;
            }

            if (lane.IsBefore(Best))
            {
                (Best, Second) = (lane, Best);
            }
            else if (lane.IsBefore(Second))
            {
                Second = lane;
            }
        }
    }
}
