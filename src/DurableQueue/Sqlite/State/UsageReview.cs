using DurableQueue.Budgets;
using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>Works out what follows from how much of a counter is used: whether it closes something, when that ends, and whether to warn.</summary>
internal sealed class UsageReview(
    WriteClock clock, BatchEffects effects, UsageCounterCache counters, UsageEntries entries, ParkedTasks parked, BudgetDueTimes due, ClosedBudgets closed)
{
    /// <summary>Reviews all counters that were touched; a review touches none.</summary>
    public void ReviewTouched()
    {
        foreach (var counter in counters.Touched)
        {
            counter.Touched = false;
            Review(counter);
        }

        counters.Touched.Clear();
    }

    /// <summary>Reviews a counter that has changed, or whose time has come.</summary>
    public void Review(UsageCounter counter)
    {
        var isWaitedFor = parked.WaitFor(counter);
        if (counter.Cap is not { } cap)
        {
            Set(counter, isClosed: false, isWaitedFor ? clock.NowMs : null);
            return;
        }

        // For the tasks that wait it matters how much room there is, not only whether there is some.
        if ((isWaitedFor || counter.Usage.IsNearlyUsedUp) && cap.Window.StartMs(clock.NowMs) != counter.FromMs)
        {
            counters.Advance(counter);
        }

        Warn(counter, cap);

        // A time that has come stays until the tasks that wait for it are let go: what is counted in the meantime does not delay them.
        var isDue = counter.DueAtMs <= clock.NowMs;
        var isClosed = counter.Usage.IsClosed;
        Set(counter, isClosed, isDue ? counter.DueAtMs : isClosed || isWaitedFor ? RoomAtMs(counter, cap) : null);
    }

    public void Set(UsageCounter counter, bool isClosed, long? dueAtMs)
    {
        due.Set(counter, dueAtMs);
        if (counter.Closed != isClosed)
        {
            closed.Set(counter, isClosed);
        }
    }

    /// <summary>Why a task failed for whose start the counter has no room.</summary>
    public BudgetRefusal Refusal(UsageCounter counter)
    {
        var cap = counter.Cap!;
        return new BudgetRefusal
        {
            Budget = counter.Key.ToTarget().ToString(),
            Unit = cap.IsRate ? null : cap.Unit,
            Cap = cap.AmountOf(cap.Most),
            Spent = cap.AmountOf(counter.Used),
            ResetsAt = Times.FromMs(RoomAtMs(counter, cap)),
        };
    }

    private long RoomAtMs(UsageCounter counter, BudgetCap cap) => cap.RoomAtMs(counter.Used, entries.Read(counter), clock.NowMs);

    private void Warn(UsageCounter counter, BudgetCap cap)
    {
        var warned = counter.Usage.IsWarning(counter.Warned);
        if (warned == counter.Warned)
        {
            return;
        }

        counter.Warned = warned;
        counters.MarkDirty(counter);
        if (warned)
        {
            effects.BudgetWarnings.Add(
                new BudgetWarning(counter.Key.ToTarget(), cap.IsRate ? null : cap.Unit, cap.AmountOf(counter.Used), cap.AmountOf(cap.Most)));
        }
    }
}
