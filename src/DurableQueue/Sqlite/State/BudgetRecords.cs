using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>The budgets inside the writer's transaction.</summary>
internal sealed class BudgetRecords
{
    private readonly UsageEntries entries;
    private readonly UsageReview review;
    private readonly ParkedTasks parked;
    private readonly BudgetDueTimes due;

    public BudgetRecords(WriteConnection db, WriteClock clock, GroupCache groups, LaneCache lanes, BatchEffects effects, TaskMoves tasks, ParkedTasks parked)
    {
        this.parked = parked;
        entries = new UsageEntries(db, clock);
        var costs = new CostRecords(db, clock);
        var parking = new BudgetParking(db, lanes, tasks, parked);
        Policies = new BudgetPolicies(db);
        Counters = new UsageCounterCache(db, clock, entries, Policies);
        Closed = new ClosedBudgets(db, groups, lanes, effects, Counters, Policies);
        due = new BudgetDueTimes(db, clock, Counters, Policies);
        review = new UsageReview(clock, effects, Counters, entries, parked, due, Closed);
        Reopening = new BudgetReopening(clock, Counters, parking, due, review);
        Reservations = new BudgetReservations(db, Policies, Counters, costs, Reopening);
        Admission = new BudgetAdmission(Policies, Counters, costs, Reservations, parking, Reopening, review);
    }

    public BudgetPolicies Policies { get; }

    public UsageCounterCache Counters { get; }

    public ClosedBudgets Closed { get; }

    public BudgetAdmission Admission { get; }

    public BudgetReservations Reservations { get; }

    public BudgetReopening Reopening { get; }

    /// <summary>When something fits again by the clock; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDueMs => due.NextMs;

    /// <summary>A transaction begins.</summary>
    public void Begin()
    {
        due.Begin();
        if (Counters.IsFull)
        {
            Forget();
        }
    }

    /// <summary>A policy was written: the counters are read again, with the caps that they have now.</summary>
    public void PolicyChanged()
    {
        WriteDirty();
        Policies.RaiseVersion();
        Forget();
    }

    /// <summary>Closes and opens groups and types by what was counted. Before the lanes are refreshed.</summary>
    public void Refresh() => review.ReviewTouched();

    /// <summary>Before the commit.</summary>
    public void WriteDirty()
    {
        Refresh();
        Counters.WriteDirty();
    }

    /// <summary>Moves the windows of counters to now, and makes entries of all that was counted.</summary>
    public void WriteEntries(IReadOnlyList<UsageCounter> counters)
    {
        Counters.MoveWindows(counters);
        WriteDirty();
        entries.MoveAll();
    }

    /// <summary>Another process committed, or the transaction was rolled back.</summary>
    public void Forget()
    {
        Policies.Forget();
        Counters.Forget();
        Closed.Forget();
        Admission.Forget();
        parked.Forget();
        due.Forget();
    }
}
