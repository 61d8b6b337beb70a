using DurableQueue.Budgets;
using DurableQueue.Groups;
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

    /// <summary>Of a type that is closed for its budget.</summary>
    private const string SelectBestForcedLanesOfType =
        """
        SELECT id, urgent, head_rank, head_position FROM lane INDEXED BY lane_best_of_type
        WHERE runnable = 1 AND type_id = @type AND urgent = 2 ORDER BY head_rank, head_position LIMIT 2
        """;

    private const string SelectTypes = "SELECT id FROM task_type";

    private const string SelectRunnableLanesOfGroup =
        "SELECT id, urgent, head_rank, head_position, type_id FROM lane INDEXED BY lane_of_group WHERE group_id = @group AND runnable = 1";

    private const string SelectReady =
        $"""
        SELECT {LeasedTaskRow.Columns}
        FROM task t INDEXED BY task_ready LEFT JOIN task_body b ON b.id = t.id
        WHERE t.lane_id = @lane AND t.state = 0 AND t.holds = 0 AND (t.rank, t.position) <= (@throughRank, @throughPosition)
        ORDER BY t.rank, t.position LIMIT @limit
        """;

    // The same tasks as SelectReady gave: nothing comes between the two, for the transaction has had the write lock since it began.
    private const string Claim =
        """
        UPDATE task
        SET state = 1, lane_id = @normalLane, attempt = attempt + 1, token = token + 1, lease_ms = coalesce(lease_override_ms, @lease),
            lease_expires_at_ms = @now + coalesce(lease_override_ms, @lease), started_at_ms = @now, worker_id = @workerId, worker = @worker,
            adopted = @adopted, attempt_token = token + 1, slot = NULL
        WHERE id IN (
          SELECT id FROM task INDEXED BY task_ready
          WHERE lane_id = @lane AND state = 0 AND holds = 0 AND (rank, position) <= (@throughRank, @throughPosition)
          ORDER BY rank, position LIMIT @limit)
        """;

    /// <summary>The most tasks that budgets take out of the ready lists in one checkout.</summary>
    private const int MostSetAside = 100;

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

    protected override IReadOnlyList<LeasedTask> Execute(WriteContext context)
    {
        if (received is { } mine)
        {
            received = null;
            return mine;
        }

        context.Workers.Register(request);
        FireSchedules.Run(context);
        PromoteDue.Run(context);
        ExpireApprovals.Run(context);
        ReapExpired.Run(context);
        context.Budgets.Reopening.Run();

        // What the reaped tasks released is ready for this checkout, and for those that it serves.
        context.Cascade.RunAfterOperation();
        return ShareOut(Take(context, most + served.Sum(other => other.most)));
    }

    private List<LeasedTask> Take(WriteContext context, int count)
    {
        var types = request.Types?.Select(context.Lanes.FindType).OfType<long>().ToArray();
        var taken = new List<LeasedTask>();
        var setAside = 0;
        HashSet<long>? empty = null;
        while (taken.Count < count)
        {
            context.Budgets.Refresh();
            context.Lanes.Refresh();
            var (best, second) = FindBest(context, types);
            if (best is null)
            {
                break;
            }

            if (setAside >= MostSetAside)
            {
                // Whoever asks next goes on.
                context.Effects.Ready = true;
                break;
            }

            // A head that was wrong is looked up anew; one that still cannot be taken would be offered without end.
            var before = taken.Count + setAside;
            TakeFrom(context, best, second, count, taken, ref setAside);
            if (taken.Count + setAside == before && !(empty ??= []).Add(best.LaneId))
            {
                throw SqliteErrors.Contradiction($"lane {best.LaneId} offers a task that it does not have");
            }
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
            && AreSame(request.Types, other.Types)
            && AreSame(request.AdoptedTypes, other.AdoptedTypes));

    private static bool AreSame(IReadOnlyList<string>? first, IReadOnlyList<string>? second) =>
        ReferenceEquals(first, second) || (first is not null && second is not null && first.SequenceEqual(second));

    private void TakeFrom(WriteContext context, Candidate best, Candidate? second, int count, List<LeasedTask> taken, ref int setAside)
    {
        var lane = context.Lanes.ById(best.LaneId);
        var limit = (long)count - taken.Count;
        if (!lane.Urgent)
        {
            limit = Math.Clamp(lane.Group.FreeSlots, 0, limit);
        }

        // An urgent lane comes before all others; only another urgent one bounds it.
        var bounded = second is not null && second.Urgency == best.Urgency;
        var (throughRank, throughPosition) = bounded ? (second!.Rank, second.Position) : (long.MaxValue, long.MaxValue);
        // A task without a type stays urgent until it has run: the checkout that chooses its type is not the one that was asked for.
        var normal = lane.Urgent && lane.Type != NewTask.AutoType ? context.Lanes.Ensure(lane.Group, lane.Type, urgent: false) : lane;
        var first = taken.Count;
        var budgets = context.Budgets.Policies.AreInUse ? context.Budgets.Admission : null;
        List<(TaskId Id, AdmissionResult Result)>? aside = null;
        var ready = context.Db[SelectReady].Bind("@lane", lane.Id)
            .Bind("@throughRank", throughRank)
            .Bind("@throughPosition", throughPosition)
            .Bind("@limit", budgets is null ? limit : limit + MostSetAside);
        var adopted = request.AdoptedTypes?.Contains(lane.Type) == true;
        while ((budgets is null || taken.Count - first < limit) && ready.Step())
        {
            var leaseMs = LeasedTaskRow.LeaseOverrideMs(ready) ?? leaseOfRequestMs;
            var task = LeasedTaskRow.ReadCheckedOut(ready, lane, leaseMs, context.NowMs);
            if (budgets?.Admit(lane, task) is { Kind: not AdmissionKind.Admit } refused)
            {
                if (refused.Kind == AdmissionKind.CloseLane || setAside >= MostSetAside)
                {
                    break;
                }

                setAside++;
                (aside ??= []).Add((task.Id, refused));
                continue;
            }

            taken.Add(task);
            if (LeasedTaskRow.HasKeyUntilStarted(ready))
            {
                context.Keys.Free(task.Id);
            }

            context.Leased.Add(task.Id, normal.Id);
            context.Deadlines.AddExpiry(context.NowMs + leaseMs);
            CountWait(context, task, LeasedTaskRow.NotBeforeMs(ready));
        }

        if (budgets is not null)
        {
            // Those that were set aside are no longer ready: the first ready ones are then those that were taken.
            ready.Reset();
            aside?.ForEach(task => budgets.SetAside(task.Id, task.Result));
            limit = taken.Count - first;
        }

        var written = context.Db[Claim].Bind("@lane", lane.Id)
            .Bind("@throughRank", throughRank)
            .Bind("@throughPosition", throughPosition)
            .Bind("@limit", limit)
            .Bind("@normalLane", normal.Id)
            .Bind("@lease", leaseOfRequestMs)
            .Bind("@now", context.NowMs)
            .Bind("@workerId", context.Workers.IdOf(request.Worker, context.NowMs))
            .Bind("@worker", request.Worker)
            .Bind("@adopted", adopted)
            .Run();

        var claimed = taken.Count - first;
        if (written != claimed)
        {
            throw SqliteErrors.Contradiction($"lane {lane.Id} has {claimed} ready tasks, of which {written} can be taken");
        }

        if (adopted)
        {
            GroupSlots.Assign(context, lane.Group, taken, first);
        }

        context.Effects.Events.Add(TaskEventKind.CheckedOut, lane.Group.Name, lane.Type, by: claimed);
        lane.Group.Move(CountedAs.Ready, CountedAs.Running, claimed);
        context.Lanes.Invalidate(lane);
        budgets?.LetFollow();
    }

    /// <summary>Where it is known since when the task could run: at its first checkout, and after a backoff.</summary>
    private static void CountWait(WriteContext context, LeasedTask task, long? notBeforeMs)
    {
        if (task.Lease.Token == 1)
        {
            context.Effects.Events.AddWait(task.Group, task.Type, context.NowMs - Math.Max(task.EnqueuedAt.ToUnixTimeMilliseconds(), notBeforeMs ?? 0));
        }
        else if (task.Attempt > 1 && notBeforeMs is { } due)
        {
            context.Effects.Events.AddWait(task.Group, task.Type, context.NowMs - due);
        }
    }

    /// <summary>The best lane that this worker may take from, and the next best.</summary>
    private (Candidate? Best, Candidate? Second) FindBest(WriteContext context, long[]? types)
    {
        var top = default(TopTwo);
        var closed = context.Budgets.Closed.Types;
        if (request.Groups is { } groups)
        {
            foreach (var name in groups)
            {
                if (context.Groups.Find(name) is { } group)
                {
                    top.AddAll(context.Db[SelectRunnableLanesOfGroup].Bind("@group", group.Id), types, closed);
                }
            }
        }
        else if (types is not null || closed.Count > 0)
        {
            foreach (var type in types ?? AllTypes(context))
            {
                top.AddAll(context.Db[closed.Contains(type) ? SelectBestForcedLanesOfType : SelectBestLanesOfType].Bind("@type", type));
            }
        }
        else
        {
            top.AddAll(context.Db[SelectBestLanes]);
        }

        return (top.Best, top.Second);
    }

    /// <summary>While a type is closed, the best lane is looked for among those of each other type.</summary>
    private static long[] AllTypes(WriteContext context)
    {
        var types = new List<long>();
        var select = context.Db[SelectTypes];
        while (select.Step())
        {
            types.Add(select.Long(0));
        }

        return [.. types];
    }

    private sealed record Candidate(long LaneId, Urgency Urgency, long Rank, long Position)
    {
        public bool IsBefore(Candidate? other) =>
            other is null || ((int)Urgency, -Rank, -Position).CompareTo(((int)other.Urgency, -other.Rank, -other.Position)) > 0;
    }

    private struct TopTwo
    {
        public Candidate? Best;
        public Candidate? Second;

        public void AddAll(Statement lanes)
        {
            while (lanes.Step())
            {
                Add(Read(lanes));
            }
        }

        /// <summary>Of lanes of several types, those that are wanted and not closed.</summary>
        public void AddAll(Statement lanes, long[]? types, HashSet<long> closed)
        {
            while (lanes.Step())
            {
                var (lane, type) = (Read(lanes), lanes.Long(4));
                if ((types is null || Array.IndexOf(types, type) >= 0) && (lane.Urgency == Urgency.Forced || !closed.Contains(type)))
                {
                    Add(lane);
                }
            }
        }

        private static Candidate Read(Statement lanes) => new(lanes.Long(0), (Urgency)lanes.Int(1), lanes.Long(2), lanes.Long(3));

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
