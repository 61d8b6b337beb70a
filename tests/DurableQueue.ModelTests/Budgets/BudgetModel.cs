namespace DurableQueue.ModelTests.Budgets;

/// <summary>What budgets promise, in memory: every start and every charge is kept, and each question is answered by adding all of them up.</summary>
internal sealed class BudgetModel
{
    public const string MetadataKey = "tenant";

    /// <summary>Costs are whole billionths.</summary>
    private const decimal Smallest = 0.000000001m;

    private readonly List<Entry> entries = [];

    /// <param name="Target">Whose.</param>
    /// <param name="Unit">Null for a start.</param>
    /// <param name="At">When.</param>
    /// <param name="Amount">Of starts always 1.</param>
    private sealed record Entry(BudgetTarget Target, string? Unit, DateTimeOffset At, decimal Amount);

    private sealed record Meter(BudgetTarget Target, string? Unit, decimal Most, decimal Need, TimeSpan? Window, bool Refuses);

    public DateTimeOffset Now { get; set; }

    public Dictionary<BudgetTarget, BudgetPolicy> Policies { get; } = [];

    /// <summary>In the order of their ids.</summary>
    public List<BudgetJob> Jobs { get; } = [];

    /// <summary>By day of UTC, target and unit.</summary>
    public IEnumerable<BudgetUsage> Usage => entries.Where(entry => entry.Unit is not null)
        .GroupBy(entry => (Day: DateOnly.FromDateTime(entry.At.UtcDateTime), entry.Target, entry.Unit))
        .Select(of => new BudgetUsage(of.Key.Day, of.Key.Target, of.Key.Unit!, of.Sum(entry => entry.Amount)));

    /// <summary>Nothing that a task counts on would pass its cap.</summary>
    public bool MayStart(BudgetJob job) => job.Forced || Claims(job).All(claim => claim.Meter is not { } meter || Fits(meter, claim.Need));

    /// <summary>Nor is one of its budgets used up.</summary>
    public bool MustStart(BudgetJob job) => job.Forced || (MayStart(job) && !Claims(job).Any(claim => claim.Meter is { } meter && IsUsedUp(meter)));

    /// <summary>A budget that it does not fit into says that it fails.</summary>
    public bool MayBeRefused(BudgetJob job, BudgetRefusal refusal) => Claims(job).Any(claim =>
        claim.Meter is { Refuses: true } meter && !Fits(meter, Math.Max(claim.Need, Smallest)) && meter.Target.ToString() == refusal.Budget
        && (meter.Unit, meter.Most) == (refusal.Unit, refusal.Cap) && refusal.Spent <= Taken(meter, Now) && refusal.ResetsAt > Now);

    /// <summary>Of two tasks the one whose turn comes first.</summary>
    public static bool IsAhead(BudgetJob one, BudgetJob other) =>
        (one.Forced, one.Settings.Priority, -one.Id.Value).CompareTo((other.Forced, other.Settings.Priority, -other.Id.Value)) > 0;

    public void Start(BudgetJob job, Lease lease)
    {
        (job.Lease, job.Forced) = (lease, false);
        foreach (var (target, unit, need, _) in Claims(job).ToList())
        {
            if (unit is null)
            {
                entries.Add(new Entry(target, null, Now, 1));
            }
            else if (need > 0)
            {
                job.Reservations.Add(new ModelReservation(target, unit, need));
            }
        }
    }

    public ChargeResult Charge(BudgetJob job, Lease lease, string key, Cost cost)
    {
        if (job.Charges.Exists(charge => charge.Token == lease.Token && charge.Key == key))
        {
            return ChargeResult.Repeated;
        }

        job.Charges.Add(new ModelCharge(lease.Token, key, cost));
        entries.AddRange(TargetsOf(job).Select(target => new Entry(target, cost.Unit, Now, cost.Amount)));
        if (job.Lease?.Token != lease.Token)
        {
            return ChargeResult.Late;
        }

        for (var i = 0; i < job.Reservations.Count; i++)
        {
            var reservation = job.Reservations[i];
            job.Reservations[i] = reservation.Unit == cost.Unit ? reservation with { Left = Math.Max(0, reservation.Left - cost.Amount) } : reservation;
        }

        return ChargeResult.Charged;
    }

    /// <param name="job">One that runs.</param>
    /// <param name="unreported">Whether the estimate is charged, given that the attempt has reported something.</param>
    /// <param name="ends">It does not go back to the queue.</param>
    public void End(BudgetJob job, Func<bool, bool> unreported, bool ends)
    {
        var lease = job.Lease!.Value;
        var left = job.Reservations.GroupBy(reservation => reservation.Unit).Select(of => new Cost(of.Max(reservation => reservation.Left), of.Key)).ToList();
        job.Reservations.Clear();
        foreach (var cost in left.Where(cost => cost.Amount > 0))
        {
            if (unreported(job.Charges.Exists(charge => charge.Token == lease.Token && charge.Cost.Unit == cost.Unit)))
            {
                Charge(job, lease, CostCharge.EstimateKey + cost.Unit, cost);
            }
        }

        (job.Lease, job.Ended) = (null, ends);
    }

    /// <summary>Leases that have expired: nobody knows what those attempts have spent.</summary>
    public void Reap() => Jobs.FindAll(job => job.Lease?.ExpiresAt <= Now).ForEach(job => End(job, unreported: _ => true, ends: false));

    public (BudgetMeter? Rate, BudgetMeter? Cost) Read(BudgetTarget target)
    {
        var policy = PolicyOf(target);
        return (RateOf(target, policy) is { } rate ? Read(rate) : null, CostOf(target, policy) is { } cost ? Read(cost) : null);
    }

    /// <summary>A group or type of which nothing is offered.</summary>
    public bool IsClosed(BudgetTarget target) =>
        new[] { RateOf(target, PolicyOf(target)), CostOf(target, PolicyOf(target)) }.Any(meter => meter is { Refuses: false } && IsUsedUp(meter));

    public BudgetTarget[] TargetsOf(BudgetJob job)
    {
        BudgetTarget[] always = [BudgetTarget.Group(job.Settings.Group), BudgetTarget.Type(job.Settings.Type)];
        return job.Settings.Metadata is { } metadata && Policies.Keys.Any(target => target.Scope == BudgetScope.Metadata)
            ? [.. always, BudgetTarget.Value(MetadataKey, metadata[MetadataKey])]
            : always;
    }

    private BudgetPolicy? PolicyOf(BudgetTarget target) => Policies.GetValueOrDefault(target) ?? Policies.GetValueOrDefault(target.Scope switch
    {
        BudgetScope.Group => BudgetTarget.EveryGroup,
        BudgetScope.Type => BudgetTarget.EveryType,
        _ => BudgetTarget.EveryValue(MetadataKey),
    });

    private static Meter? RateOf(BudgetTarget target, BudgetPolicy? policy) => policy?.Rate is { Starts: > 0 } rate
        ? new Meter(target, null, rate.Starts, 1, rate.Window, policy.WhenUsedUp == BudgetAction.Fail)
        : null;

    private static Meter? CostOf(BudgetTarget target, BudgetPolicy? policy) => policy?.Cost is { Amount: > 0 } cost
        ? new Meter(
            target, cost.Unit, cost.Amount, Math.Max(cost.Estimate, Smallest), cost.Period == BudgetPeriod.Rolling ? cost.Window : null,
            policy.WhenUsedUp == BudgetAction.Fail)
        : null;

    /// <summary>What a start counts on; an estimate is reserved also where there is no cap in its unit.</summary>
    private IEnumerable<(BudgetTarget Target, string? Unit, decimal Need, Meter? Meter)> Claims(BudgetJob job)
    {
        var own = job.Settings.EstimatedCost;
        foreach (var target in TargetsOf(job))
        {
            var policy = PolicyOf(target);
            if (RateOf(target, policy) is { } rate)
            {
                yield return (target, null, 1, rate);
            }

            var cost = CostOf(target, policy);
            if (cost is not null)
            {
                yield return (target, cost.Unit, own is { } said && said.Unit == cost.Unit ? said.Amount : policy!.Cost!.Estimate, cost);
            }

            if (own is { Amount: > 0 } estimate && estimate.Unit != cost?.Unit)
            {
                yield return (target, estimate.Unit, estimate.Amount, null);
            }
        }
    }

    private BudgetMeter Read(Meter meter) => new()
    {
        Cap = meter.Most,
        Unit = meter.Unit,
        Used = Used(meter, Now),
        Reserved = Reserved(meter),
        IsUsedUp = IsUsedUp(meter),
        RetryAt = IsUsedUp(meter) ? RoomAt(meter) : null,
        ResetsAt = meter.Window is { } window ? Counted(meter, Now).Select(entry => (DateTimeOffset?)entry.At + window).Max() : Midnight,
    };

    private DateTimeOffset Midnight => new(Now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);

    /// <summary>The first of all times at which something leaves the window that leaves room.</summary>
    private DateTimeOffset RoomAt(Meter meter)
    {
        if (meter.Window is not { } window)
        {
            return Midnight;
        }

        var times = Counted(meter, Now).Select(entry => entry.At + window).Order();
        return times.Select(at => (DateTimeOffset?)at).FirstOrDefault(at => Taken(meter, at!.Value) + meter.Need <= meter.Most) ?? Now + window;
    }

    private IEnumerable<Entry> Counted(Meter meter, DateTimeOffset at) => entries.Where(entry =>
        entry.Target == meter.Target && entry.Unit == meter.Unit && entry.Amount > 0
        && (meter.Window is { } window ? entry.At > at - window : entry.At.UtcDateTime.Date == at.UtcDateTime.Date));

    private decimal Used(Meter meter, DateTimeOffset at) => Counted(meter, at).Sum(entry => entry.Amount);

    private decimal Reserved(Meter meter) => meter.Unit is null
        ? 0
        : Jobs.SelectMany(job => job.Reservations).Where(held => held.Target == meter.Target && held.Unit == meter.Unit).Sum(held => held.Left);

    private decimal Taken(Meter meter, DateTimeOffset at) => Used(meter, at) + Reserved(meter);

    private bool Fits(Meter meter, decimal need) => Taken(meter, Now) + Math.Max(need, Smallest) <= meter.Most;

    private bool IsUsedUp(Meter meter) => !Fits(meter, meter.Need);
}
