using DurableQueue.Budgets;
using DurableQueue.Groups;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>What one checkout takes, lane by lane.</summary>
/// <param name="context">In whose transaction.</param>
/// <param name="request">For whom.</param>
/// <param name="leaseOfRequestMs">How long a lease lasts for tasks that do not say it themselves.</param>
internal sealed class LaneClaims(WriteContext context, CheckoutRequest request, long leaseOfRequestMs)
{
    /// <summary>The most tasks that budgets take out of the ready lists in one checkout.</summary>
    private const int MostSetAside = 100;

    private const string SelectReady =
        $"""
        SELECT {LeasedTaskRow.Columns}
        FROM task t INDEXED BY task_ready LEFT JOIN task_body b ON b.id = t.id
        WHERE t.lane_id = @lane AND t.state = {TaskStateCode.Queued} AND t.holds = {HoldCode.None} AND (t.rank, t.position) <= (@throughRank, @throughPosition)
        ORDER BY t.rank, t.position LIMIT @limit
        """;

    // Tasks with ids in a row are claimed at once. That needs no list of what is to be changed; and RETURNING, which would save the SELECT, costs more than it.
    // OR FAIL: a statement of several rows that may abort keeps copies of the pages that it changes. An error ends the transaction anyway.
    private const string ClaimRun =
        $"""
        UPDATE OR FAIL task
        SET state = {TaskStateCode.CheckedOut}, lane_id = @normalLane, attempt = attempt + 1, token = max(token + 1, @floor), lease_ms = coalesce(lease_override_ms, @lease),
            lease_expires_at_ms = @now + coalesce(lease_override_ms, @lease), started_at_ms = @now, worker_id = @workerId, worker = @worker
        WHERE id BETWEEN @first AND @last AND state = {TaskStateCode.Queued}
        """;

    private int setAside;

    public List<LeasedTask> Taken { get; } = [];

    /// <summary>How many tasks are no longer ready: taken, or set aside for a budget.</summary>
    public int Removed => Taken.Count + setAside;

    public bool HasSetAsideEnough => setAside >= MostSetAside;

    /// <summary>Takes the best tasks of a lane.</summary>
    /// <param name="lane">The best lane.</param>
    /// <param name="through">The last place that may be taken.</param>
    /// <param name="most">How many tasks; fewer if the group has fewer free slots and the lane is not urgent.</param>
    public void TakeFrom(LaneState lane, (long Rank, long Position) through, int most)
    {
        var limit = lane.Urgent ? most : Math.Clamp(lane.Group.FreeSlots, 0, most);

        // A task without a type stays urgent until it has run: the checkout that chooses its type is not the one that was asked for.
        var normal = lane.Urgent && lane.Type != NewTask.AutoType ? context.Lanes.Ensure(lane.Group, lane.Type, urgent: false) : lane;
        var budgets = context.Budgets.Policies.AreInUse ? context.Budgets.Admission : null;
        if (budgets is not null)
        {
            // A start that a budget has counted stays counted.
            context.RequireSync();
        }

        var first = Taken.Count;
        ReadReady(lane, normal, through, limit, budgets);
        var claimed = Taken.Count - first;

        var written = Claim(lane, normal, first);
        if (written != claimed)
        {
            throw SqliteErrors.Contradiction($"lane {lane.Id} has {claimed} ready tasks, of which {written} can be taken");
        }

        if (IsAdopted(lane))
        {
            GroupSlots.Assign(context, lane.Group, Taken, first);
        }

        context.Effects.Events.Add(TaskEventKind.CheckedOut, lane.Group.Name, lane.Type, by: claimed);
        lane.Group.Move(CountedAs.Ready, CountedAs.Running, claimed);
        context.Lanes.Invalidate(lane);
        budgets?.LetFollow();
    }

    private bool IsAdopted(LaneState lane) => request.AdoptedTypes?.Contains(lane.Type) == true;

    /// <summary>Reads the tasks that can be taken. Those that a budget does not admit are set aside.</summary>
    private void ReadReady(LaneState lane, LaneState normal, (long Rank, long Position) through, long limit, BudgetAdmission? budgets)
    {
        var first = Taken.Count;
        var adopted = IsAdopted(lane);
        List<(TaskId Id, AdmissionResult Result)>? aside = null;
        var ready = context.Db[SelectReady].Bind("@lane", lane.Id)
            .Bind("@throughRank", through.Rank)
            .Bind("@throughPosition", through.Position)
            .Bind("@limit", budgets is null ? limit : limit + MostSetAside);
        while ((budgets is null || Taken.Count - first < limit) && ready.Step())
        {
            var leaseMs = LeasedTaskRow.LeaseOverrideMs(ready) ?? leaseOfRequestMs;
            var task = LeasedTaskRow.ReadCheckedOut(ready, lane, leaseMs, context.NowMs, context.Tokens.After(LeasedTaskRow.Token(ready)));
            if (budgets?.Admit(lane, task) is { Kind: not AdmissionKind.Admit } refused)
            {
                if (refused.Kind == AdmissionKind.CloseLane || HasSetAsideEnough)
                {
                    break;
                }

                setAside++;
                (aside ??= []).Add((task.Id, refused));
                continue;
            }

            Taken.Add(task);
            if (LeasedTaskRow.HasKeyUntilStarted(ready))
            {
                context.Keys.Free(task.Id);
            }

            context.Leased.Add(task.Id, normal.Id);
            context.Blocks.Move(task.Id, CountedAs.Ready, CountedAs.Running);
            if (!adopted)
            {
                context.Deadlines.AddExpiry(task.Id, context.NowMs + leaseMs);
            }

            CountWait(task, isFirst: LeasedTaskRow.Token(ready) == 0, LeasedTaskRow.NotBeforeMs(ready));
        }

        if (budgets is not null)
        {
            // Those that are set aside are no longer ready: the first ready ones are then those that were taken.
            ready.Reset();
            aside?.ForEach(task => budgets.SetAside(task.Id, task.Result));
        }
    }

    /// <summary>Claims the tasks that were read.</summary>
    /// <returns>How many rows were written.</returns>
    private int Claim(LaneState lane, LaneState normal, int first)
    {
        var claim = context.Db[ClaimRun].Bind("@normalLane", normal.Id)
            .Bind("@lease", leaseOfRequestMs)
            .Bind("@now", context.NowMs)
            .Bind("@workerId", context.Workers.IdOf(request.Worker, context.NowMs))
            .Bind("@worker", request.Worker)
            .Bind("@floor", context.Tokens.Floor);
        var written = 0;
        for (var (from, length) = (first, 1); from < Taken.Count; from += length, length = 1)
        {
            var id = Taken[from].Id.Value;
            while (from + length < Taken.Count && Taken[from + length].Id.Value == id + length)
            {
                length++;
            }

            written += claim.Bind("@first", id).Bind("@last", id + length - 1).Run();
        }

        return written;
    }

    /// <summary>Where it is known since when the task could run: at its first checkout, and after a backoff.</summary>
    private void CountWait(LeasedTask task, bool isFirst, long? notBeforeMs)
    {
        if (isFirst)
        {
            context.Effects.Events.AddWait(task.Group, task.Type, context.NowMs - Math.Max(task.EnqueuedAt.ToUnixTimeMilliseconds(), notBeforeMs ?? 0));
        }
        else if (task.Attempt > 1 && notBeforeMs is { } due)
        {
            context.Effects.Events.AddWait(task.Group, task.Type, context.NowMs - due);
        }
    }
}
