using System.Runtime.InteropServices;
using DurableQueue.Budgets;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>
/// The budgets inside the writer's transaction. Meters are kept in memory and written once a batch, as groups are. Where no budget was ever set,
/// nothing here costs more than the look at one row after a commit of others.
/// </summary>
internal sealed class BudgetTable
{
    /// <summary>The most meters looked at, and the most tasks that are let go, in one transaction for the sake of the clock.</summary>
    public const int Most = 500;

    private const int MostMetersKept = 100_000;

    private const string SelectState = "SELECT version, estimates, charges FROM budget_state WHERE id = 1";

    private const string RaiseVersion = "UPDATE budget_state SET version = version + 1 WHERE id = 1";

    private const string MarkEstimates = "UPDATE budget_state SET estimates = 1 WHERE id = 1";

    private const string MarkCharges = "UPDATE budget_state SET charges = 1 WHERE id = 1";

    public const string SelectDue = "SELECT min(due_at_ms) FROM budget_meter INDEXED BY budget_meter_due WHERE due_at_ms IS NOT NULL";

    private const string SelectDueMeters =
        """
        SELECT id FROM budget_meter INDEXED BY budget_meter_due
        WHERE due_at_ms IS NOT NULL AND due_at_ms <= @now ORDER BY due_at_ms LIMIT @limit
        """;

    private const string SelectAllDue =
        "SELECT id FROM budget_meter NOT INDEXED WHERE id > @after AND due_at_ms IS NOT NULL ORDER BY id LIMIT @limit";

    private const string SelectClosedTypes =
        "SELECT name FROM budget_meter INDEXED BY budget_meter_closed WHERE closed = 1 AND kind = 1";

    private const string SelectMetadata = "SELECT metadata FROM task_body WHERE id = @id";

    private const string InsertCharge =
        """
        INSERT INTO budget_charge (task_id, token, key, unit, amount, tags, at_ms) VALUES (@id, @token, @key, @unit, @amount, @tags, @now)
        ON CONFLICT (task_id, token, key) DO NOTHING
        """;

    private const string SelectReported =
        "SELECT EXISTS (SELECT 1 FROM budget_charge WHERE task_id = @id AND token = @token AND unit = @unit)";

    private const string DeleteCharges = "DELETE FROM budget_charge WHERE task_id = @id";

    private readonly WriteContext context;
    private readonly BudgetPolicies policies;
    private readonly UsageEntries entries;
    private readonly UsageCounterCache meters;
    private readonly ParkedTasks parked;
    private readonly EstimateCache estimates;
    private readonly Dictionary<long, Claim[]> lanes = [];
    private readonly List<UsageCounter> touched = [];
    private readonly List<Claim> claims = [];
    private readonly HashSet<UsageCounter> followed = [];
    private HashSet<long>? closedTypes;
    private long? nextDue;
    private bool loaded;
    private bool wasSet;
    private bool anyEstimate;
    private bool anyCharge;

    /// <summary>While all meters are looked at: the last one that has been.</summary>
    private long? lookAfter = 0;
    private long latestMs;

    public BudgetTable(WriteContext context)
    {
        this.context = context;
        policies = new BudgetPolicies(context.Db);
        entries = new UsageEntries(context);
        meters = new UsageCounterCache(context, entries, CapOf);
        parked = new ParkedTasks(context);
        estimates = new EstimateCache(context);
    }

    /// <summary>One meter that a start counts on, and how much.</summary>
    private readonly record struct Claim(UsageCounter Meter, long Amount);

    private readonly record struct Reservation(UsageCounter Meter, long Token, long Amount);

    /// <summary>A budget is set, or a task has an estimate: checkouts have to ask.</summary>
    public bool Any
    {
        get
        {
            Load();
            return policies.Any || anyEstimate;
        }
    }

    /// <summary>When to look whether something fits again; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDueMs
    {
        get
        {
            Load();

            // Also when the last policy is gone: tasks that wait are let go a chunk at a time.
            return wasSet || anyEstimate ? nextDue ??= ReadNextDue() : long.MaxValue;
        }
    }

    /// <summary>Types of which nothing starts, but what is forced.</summary>
    public HashSet<long> ClosedTypes => closedTypes ??= Any ? ReadClosedTypes() : [];

    /// <summary>A transaction begins.</summary>
    public void Begin()
    {
        // A clock that goes back makes times that were worked out by it too late.
        if (context.NowMs < latestMs)
        {
            lookAfter = 0;
        }

        latestMs = context.NowMs;
        if (meters.Count > MostMetersKept)
        {
            Forget();
        }
    }

    /// <summary>Somebody else committed, or the transaction was rolled back.</summary>
    public void Forget()
    {
        meters.Forget();
        parked.Forget();
        lanes.Clear();
        touched.Clear();
        followed.Clear();
        closedTypes = null;
        nextDue = null;
        loaded = false;
    }

    /// <summary>The transaction was rolled back: a version that was read in it may come again and be another.</summary>
    public void ForgetPolicies() => policies.Forget();

    /// <summary>A policy was written.</summary>
    public void PolicyChanged()
    {
        WriteDirty();
        context.Db[RaiseVersion].Run();
        Forget();
    }

    /// <summary>Opens what has room again by the clock, and lets parked tasks go; no more than one transaction takes.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Reopen()
    {
        if (NextDueMs > context.NowMs && (lookAfter is null || NextDueMs == long.MaxValue))
        {
            return false;
        }

        var due = FindDue();
        var (looked, left) = (0, Most);
        while (looked < due.Count && left > 0)
        {
            left -= Reopen(meters.Get(due[looked]), left);
            looked++;
        }

        var mayBeMore = looked < due.Count || due.Count == Most;
        if (lookAfter is not null)
        {
            lookAfter = mayBeMore ? due[looked - 1] : null;
        }

        nextDue = null;
        return mayBeMore || left == 0;
    }

    /// <summary>Works out anew how a meter stands whose time has come, or whose policy may have changed.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="most">How many tasks that wait for it may be let go; if there may be more, its time is now.</param>
    /// <returns>How many it were.</returns>
    public int Reopen(UsageCounter meter, int most)
    {
        Set(meter, meter.Closed, dueAtMs: null);
        Evaluate(meter);
        if (meter.IsUsedUp)
        {
            return 0;
        }

        var freed = parked.LetGo(meter, meter.Cap is { IsRate: true } cap ? (int)Math.Min(most, cap.Most - meter.Used) : most);
        Evaluate(meter);
        if (freed == most && meter.DueAtMs is not null)
        {
            Set(meter, meter.Closed, context.NowMs);
        }

        return freed;
    }

    /// <summary>Asks whether a task may start, and if so counts the start and reserves its estimate.</summary>
    /// <param name="lane">Where it is ready.</param>
    /// <param name="task">As it would be leased.</param>
    public Admission Admit(LaneState lane, LeasedTask task)
    {
        var counted = ClaimsOf(lane, task);
        if (!lane.Forced)
        {
            foreach (var claim in counted)
            {
                if (!Fits(claim.Meter, Math.Max(1, claim.Amount)))
                {
                    var refused = Reject(claim.Meter);
                    if (refused.Kind == AdmissionKind.Refuse)
                    {
                        Follow(counted, refuser: claim.Meter);
                    }

                    return refused;
                }
            }
        }

        Follow(counted, refuser: null);
        foreach (var (meter, amount) in counted)
        {
            if (meter.Key.Unit == BudgetCap.Starts)
            {
                Add(meter, amount);
            }
            else if (amount > 0)
            {
                Reserve(meter, task.Lease, amount);
            }
        }

        return new Admission(AdmissionKind.Start, null);
    }

    /// <summary>Takes a ready task out of its list: it waits for a meter, or fails.</summary>
    public void SetAside(TaskId id, Admission admission)
    {
        var (row, meter) = (TaskRow.Require(context.Db, id), admission.By!);
        if (admission.Kind == AdmissionKind.Refuse)
        {
            context.Tasks.Finish(row, TaskState.Failed, TaskOutcome.Failed, Refusal(meter).ToJson());
            FaultPoint.Reach("budget.refused");
            return;
        }

        parked.Add(row, meter);
        FaultPoint.Reach("budget.parked");
        Touch(meter);
    }

    /// <summary>A task with the hold Budget has another place among the others.</summary>
    public void SetPlace(TaskId id, long rank, long position) => parked.SetPlace(id, rank, position);

    /// <summary>A task lost the hold Budget.</summary>
    public void Unpark(TaskId id) => parked.Remove(id);

    /// <summary>Keeps what a new task is expected to cost.</summary>
    public void SaveEstimate(TaskId id, string unit, long amount)
    {
        estimates.Save(id, unit, amount);
        NoteEstimates();
    }

    /// <summary>Charges an attempt, unless it has charged this key before.</summary>
    /// <returns>False if it has.</returns>
    public bool Charge(TaskId id, LaneState lane, long token, string key, string unit, long amount, string? tags)
    {
        var inserted = context.Db[InsertCharge].Bind("@id", id.Value)
            .Bind("@token", token)
            .Bind("@key", key)
            .Bind("@unit", unit)
            .Bind("@amount", amount)
            .Bind("@tags", tags)
            .Bind("@now", context.NowMs)
            .Run();
        if (inserted == 0)
        {
            return false;
        }

        FaultPoint.Reach("budget.charged");
        Load();
        if (!anyCharge)
        {
            anyCharge = true;
            context.Db[MarkCharges].Run();
        }

        TakeFromReservations(id, token, unit, amount);
        MetersOf(id, lane, unit).ForEach(meter => Add(meter, amount));
        return true;
    }

    /// <summary>An attempt has ended: what it reserved is free again, or charged.</summary>
    public void Settle(TaskId id, LaneState lane, long token, AttemptCost cost)
    {
        Load();
        if (!anyEstimate || ReservationsOf(id) is not { Count: > 0 } reservations)
        {
            return;
        }

        estimates.FreeReservations(id);
        foreach (var reservation in reservations)
        {
            reservation.Meter.Reserved -= reservation.Amount;
            Touch(reservation.Meter);
        }

        FaultPoint.Reach("budget.settled");
        foreach (var ofUnit in reservations.GroupBy(reservation => reservation.Meter.Key.Unit))
        {
            var left = ofUnit.Max(reservation => reservation.Amount);
            if (left > 0 && (cost == AttemptCost.AtLeastEstimate || (cost == AttemptCost.AsReported && !HasReported(id, token, ofUnit.Key))))
            {
                Charge(id, lane, token, EstimateKeyOf(ofUnit.Key), ofUnit.Key, left, tags: null);
            }
        }

        foreach (var reservation in reservations)
        {
            LetOneGo(reservation.Meter);
        }
    }

    /// <summary>The attempt goes on under another token.</summary>
    public void TakeOver(TaskId id, long token)
    {
        Load();
        if (anyEstimate)
        {
            estimates.MoveTo(id, token);
        }
    }

    /// <summary>Deletes what is stored of a task that is deleted.</summary>
    public void Delete(TaskId id)
    {
        Load();
        if (anyEstimate || anyCharge)
        {
            estimates.Delete(id);
            context.Db[DeleteCharges].Bind("@id", id.Value).Run();
        }
    }

    /// <summary>Makes what is closed say what is true now. Before the lanes are refreshed.</summary>
    public void Refresh()
    {
        // Letting tasks go touches no meter.
        foreach (var meter in touched)
        {
            meter.Touched = false;
            Evaluate(meter);
        }

        touched.Clear();
    }

    /// <summary>Before the commit.</summary>
    public void WriteDirty()
    {
        Refresh();
        meters.WriteDirty();
    }

    /// <summary>Moves the windows of meters to where they are now, and writes all that was counted as entries.</summary>
    public void WriteEntries(IEnumerable<UsageCounter> ofMeters)
    {
        foreach (var meter in ofMeters)
        {
            if (meter.Cap is { } cap)
            {
                MoveWindow(meter, cap);
            }
        }

        WriteDirty();
        entries.MoveAll();
    }

    public UsageCounter ById(long id) => meters.Get(id);

    private static string EstimateKeyOf(string unit) => CostCharge.EstimateKey + unit;

    private long ReadNextDue()
    {
        // What is only in memory yet may be the next.
        meters.WriteDirty();
        return context.Db[SelectDue].Scalar() ?? long.MaxValue;
    }

    /// <summary>The meters whose time has come; after a clock went back, all that have one, in the order of their ids.</summary>
    private List<long> FindDue()
    {
        var due = new List<long>();
        var select = (lookAfter is { } after ? context.Db[SelectAllDue].Bind("@after", after) : context.Db[SelectDueMeters].Bind("@now", context.NowMs))
            .Bind("@limit", Most);
        while (select.Step())
        {
            due.Add(select.Long(0));
        }

        return due;
    }

    private void Load()
    {
        if (loaded)
        {
            return;
        }

        var select = context.Db[SelectState];
        if (!select.Step())
        {
            throw new QueueStorageException(QueueStorageError.Corrupt, "The queue file has lost its row of budgets (table budget_state is empty).");
        }

        var version = select.Long(0);
        (wasSet, anyEstimate, anyCharge) = (version > 0, select.Bool(1), select.Bool(2));
        select.Reset();
        policies.Load(version);
        loaded = true;
    }

    private void NoteEstimates()
    {
        Load();
        if (!anyEstimate)
        {
            anyEstimate = true;
            context.Db[MarkEstimates].Run();
        }
    }

    private HashSet<long> ReadClosedTypes()
    {
        var names = new List<string>();
        var select = context.Db[SelectClosedTypes];
        while (select.Step())
        {
            names.Add(select.Text(0));
        }

        return [.. names.Select(context.Lanes.FindType).OfType<long>()];
    }

    /// <summary>The meters that the start of a task counts on. Valid until the next call.</summary>
    private ReadOnlySpan<Claim> ClaimsOf(LaneState lane, LeasedTask task)
    {
        var own = anyEstimate ? estimates.Find(task.Id) : null;
        if (own is null && policies.MetadataKeys.Count == 0)
        {
            if (!lanes.TryGetValue(lane.Id, out var known))
            {
                claims.Clear();
                AddLane(lane, null);
                lanes[lane.Id] = known = [.. claims];
            }

            return known;
        }

        claims.Clear();
        AddLane(lane, own);
        foreach (var key in policies.MetadataKeys)
        {
            if (task.Metadata.TryGetValue(key, out var value))
            {
                AddClaims(BudgetScope.Metadata, key, value, own);
            }
        }

        return CollectionsMarshal.AsSpan(claims);
    }

    private void AddLane(LaneState lane, EstimateCache.Estimate? own)
    {
        AddClaims(BudgetScope.Group, "", lane.Group.Name, own);
        AddClaims(BudgetScope.Type, "", lane.Type, own);
    }

    private void AddClaims(BudgetScope scope, string key, string name, EstimateCache.Estimate? own)
    {
        var policy = policies.Find(scope, key, name);
        if (policy?.RateCap is not null)
        {
            claims.Add(new Claim(meters.Get(new MeterKey(scope, key, name, BudgetCap.Starts)), 1));
        }

        if (policy?.CostCap is { } cap)
        {
            claims.Add(new Claim(meters.Get(new MeterKey(scope, key, name, cap.Unit)), own is { } o && o.Unit == cap.Unit ? o.Amount : cap.Estimate));
        }

        if (own is { Amount: > 0 } estimate && policy?.CostCap?.Unit != estimate.Unit)
        {
            claims.Add(new Claim(meters.Get(new MeterKey(scope, key, name, estimate.Unit)), estimate.Amount));
        }
    }

    private Admission Reject(UsageCounter meter)
    {
        if (meter.Cap!.Refuses)
        {
            return new Admission(AdmissionKind.Refuse, meter);
        }

        if (meter.ClosesLanes && meter.IsUsedUp)
        {
            // It is still open: the window was fuller when it was last looked at.
            Touch(meter);
            return new Admission(AdmissionKind.Full, meter);
        }

        return new Admission(AdmissionKind.Park, meter);
    }

    private bool Fits(UsageCounter meter, long need)
    {
        if (meter.HasRoom(need))
        {
            return true;
        }

        Advance(meter);
        return meter.HasRoom(need);
    }

    private void Add(UsageCounter meter, long amount)
    {
        if (meter.Cap is not null)
        {
            if (context.NowMs < meter.FromMs)
            {
                Advance(meter);
            }

            meter.Total += amount;
        }

        meter.Pending += amount;

        Touch(meter);
    }

    private void Reserve(UsageCounter meter, Lease lease, long amount)
    {
        NoteEstimates();
        estimates.Reserve(lease, meter, amount);
        meter.Reserved += amount;
        FaultPoint.Reach("budget.reserved");
        Touch(meter);
    }

    /// <summary>The meters of a task in a unit: those that its costs are added to.</summary>
    private List<UsageCounter> MetersOf(TaskId id, LaneState lane, string unit)
    {
        Load();
        var found = new List<UsageCounter>
        {
            meters.Get(new MeterKey(BudgetScope.Group, "", lane.Group.Name, unit)),
            meters.Get(new MeterKey(BudgetScope.Type, "", lane.Type, unit)),
        };
        if (policies.MetadataKeys.Count > 0)
        {
            var metadata = StoredJson.ReadMetadata(ReadMetadata(id));
            foreach (var key in policies.MetadataKeys)
            {
                if (metadata.TryGetValue(key, out var value))
                {
                    found.Add(meters.Get(new MeterKey(BudgetScope.Metadata, key, value, unit)));
                }
            }
        }

        return found;
    }

    private string? ReadMetadata(TaskId id)
    {
        var select = context.Db[SelectMetadata].Bind("@id", id.Value);
        if (!select.Step())
        {
            return null;
        }

        var metadata = select.NullableText(0);
        select.Reset();
        return metadata;
    }

    private List<Reservation> ReservationsOf(TaskId id) =>
        estimates.ReservationsOf(id).ConvertAll(row => new Reservation(meters.Get(row.Meter), row.Token, row.Amount));

    private void TakeFromReservations(TaskId id, long token, string unit, long amount)
    {
        if (!anyEstimate)
        {
            return;
        }

        foreach (var (meter, holder, left) in ReservationsOf(id))
        {
            var taken = Math.Min(left, amount);
            if (holder == token && meter.Key.Unit == unit && taken > 0)
            {
                estimates.SetReserved(id, meter, left - taken);
                meter.Reserved -= taken;
                Touch(meter);
            }
        }
    }

    private bool HasReported(TaskId id, long token, string unit) =>
        context.Db[SelectReported].Bind("@id", id.Value).Bind("@token", token).Bind("@unit", unit).Scalar() == 1;

    /// <summary>Whether a meter is used up, when that ends, and whether people should know.</summary>
    private void Evaluate(UsageCounter meter)
    {
        if (meter.Cap is not { } cap)
        {
            Set(meter, closed: false, parked.WaitFor(meter) ? context.NowMs : null);
            return;
        }

        // For those that wait it matters how much room there is, not only whether there is some.
        var isWaitedFor = parked.WaitFor(meter);
        if ((isWaitedFor || IsNearlyUsedUp(meter, cap)) && StartMs(cap) != meter.FromMs)
        {
            Advance(meter);
        }

        Warn(meter, cap);
        var closed = meter.IsUsedUp && meter.ClosesLanes;

        // A time that has come stays until those that wait for it have been let go: what is counted meanwhile does not put them off.
        var isDue = meter.DueAtMs <= context.NowMs;
        Set(meter, closed, isDue ? meter.DueAtMs : closed || isWaitedFor ? RoomAtMs(meter, cap) : null);
    }

    private long StartMs(BudgetCap cap) => cap.Window.StartMs(context.NowMs);

    private long RoomAtMs(UsageCounter meter, BudgetCap cap) => cap.RoomAtMs(meter.Used, entries.Read(meter), context.NowMs);

    private void Set(UsageCounter meter, bool closed, long? dueAtMs)
    {
        if (meter.DueAtMs != dueAtMs)
        {
            meter.DueAtMs = dueAtMs;
            nextDue = nextDue is { } next && dueAtMs is { } due ? Math.Min(next, due) : dueAtMs is null ? nextDue : null;
            meters.MarkDirty(meter);
        }

        if (meter.Closed == closed)
        {
            return;
        }

        meter.Closed = closed;
        meters.MarkDirty(meter);
        if (meter.Key.Scope == BudgetScope.Type && context.Lanes.FindType(meter.Key.Name) is { } type)
        {
            SetTypeClosed(meter, type);
        }
        else if (meter.Key.Scope == BudgetScope.Group && context.Groups.FindRow(meter.Key.Name) is { } group)
        {
            context.Groups.SetOverBudget(group, closed || IsClosedOtherwise(meter));
        }
    }

    private void SetTypeClosed(UsageCounter meter, long type)
    {
        if (meter.Closed)
        {
            ClosedTypes.Add(type);
        }
        else if (!IsClosedOtherwise(meter))
        {
            ClosedTypes.Remove(type);

            // Its lanes were runnable all the time.
            context.Effects.Ready = true;
        }
    }

    /// <summary>A group or type has two meters with caps at most: of starts, and of one unit of money.</summary>
    private bool IsClosedOtherwise(UsageCounter meter)
    {
        var policy = policies.Find(meter.Key.Scope, meter.Key.Key, meter.Key.Name);
        return IsClosed(policy?.RateCap) || IsClosed(policy?.CostCap);

        bool IsClosed(BudgetCap? cap) => cap is not null && cap.Unit != meter.Key.Unit && meters.Get(meter.Key with { Unit = cap.Unit }).Closed;
    }

    private static bool IsNearlyUsedUp(UsageCounter meter, BudgetCap cap) => meter.IsUsedUp || meter.Used >= cap.WarnsAt;

    private void Warn(UsageCounter meter, BudgetCap cap)
    {
        if (!meter.Warned && meter.Used >= cap.WarnsAt)
        {
            meter.Warned = true;
            meters.MarkDirty(meter);
            context.Effects.BudgetWarnings.Add(new BudgetWarning(TargetOf(meter.Key), cap.IsRate ? null : cap.Unit, Amount(cap, meter.Used), Amount(cap, cap.Most)));
        }
        else if (meter.Warned && meter.Used < cap.Most / 2)
        {
            meter.Warned = false;
            meters.MarkDirty(meter);
        }
    }

    private BudgetRefusal Refusal(UsageCounter meter)
    {
        var cap = meter.Cap!;
        return new BudgetRefusal
        {
            Budget = TargetOf(meter.Key).ToString(),
            Unit = cap.IsRate ? null : cap.Unit,
            Cap = Amount(cap, cap.Most),
            Spent = Amount(cap, meter.Used),
            ResetsAt = Times.FromMs(RoomAtMs(meter, cap)),
        };
    }

    public static BudgetTarget TargetOf(MeterKey key) => key.Scope switch
    {
        BudgetScope.Group => BudgetTarget.Group(key.Name),
        BudgetScope.Type => BudgetTarget.Type(key.Name),
        _ => BudgetTarget.Value(key.Key, key.Name),
    };

    public static decimal Amount(BudgetCap cap, long stored) => cap.IsRate ? stored : Amounts.FromStored(stored);

    /// <summary>Moves the beginning of the window to where it is now, and deletes starts that have left it.</summary>
    private void Advance(UsageCounter meter)
    {
        var cap = meter.Cap!;
        MoveWindow(meter, cap);
        if (cap.IsRate)
        {
            entries.DeleteOldest(meter);
        }
    }

    private void MoveWindow(UsageCounter meter, BudgetCap cap)
    {
        if (entries.MoveWindow(meter, StartMs(cap)))
        {
            meters.MarkDirty(meter);
        }
    }

    /// <summary>Something of the meter has started or ended: if there is room, the next of those that wait for it may try.</summary>
    private void LetOneGo(UsageCounter meter)
    {
        if (!meter.IsUsedUp)
        {
            parked.LetGo(meter, 1);
        }
    }

    /// <summary>
    /// A task leaves the lines of its meters for good: it starts, or is refused. One that is parked may come back, and the next with it: they would push
    /// each other out all through a checkout.
    /// </summary>
    private void Follow(ReadOnlySpan<Claim> claimed, UsageCounter? refuser)
    {
        foreach (var (meter, _) in claimed)
        {
            if (meter is { DueAtMs: not null, Closed: false } && meter != refuser)
            {
                followed.Add(meter);
            }
        }
    }

    /// <summary>After tasks were leased or refused: where they left room, the next of those that wait may try.</summary>
    public void LetFollow()
    {
        foreach (var meter in followed)
        {
            LetOneGo(meter);
        }

        followed.Clear();
    }

    private BudgetCap? CapOf(MeterKey key)
    {
        Load();
        var policy = policies.Find(key.Scope, key.Key, key.Name);
        return key.Unit == BudgetCap.Starts ? policy?.RateCap : policy?.CostCap is { } cap && cap.Unit == key.Unit ? cap : null;
    }

    private void Touch(UsageCounter meter)
    {
        meters.MarkDirty(meter);
        if (!meter.Touched)
        {
            meter.Touched = true;
            touched.Add(meter);
        }
    }
}
