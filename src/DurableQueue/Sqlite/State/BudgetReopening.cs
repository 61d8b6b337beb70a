namespace DurableQueue.Sqlite;

/// <summary>Lets tasks that wait for a counter try again when it has room: by the clock, after a policy changed, or after an attempt.</summary>
internal sealed class BudgetReopening(
    WriteClock clock, UsageCounterCache counters, BudgetParking parking, BudgetDueTimes due, UsageReview review)
{
    /// <summary>The most tasks that are let go in one transaction for the sake of the clock or of a policy.</summary>
    public const int Most = 500;

    /// <summary>Opens what has room again by the clock, and lets parked tasks go: as much as one transaction takes.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Run()
    {
        if (!due.IsAnyDue)
        {
            return false;
        }

        var found = due.Find();
        var (reopened, left) = (0, Most);
        while (reopened < found.Count && left > 0)
        {
            left -= Reopen(counters.Get(found[reopened]), left);
            reopened++;
        }

        return due.Passed(found, reopened) || left == 0;
    }

    /// <summary>Reviews a counter whose time has come, or whose policy may have changed, and lets tasks go.</summary>
    /// <param name="counter">The counter.</param>
    /// <param name="most">How many tasks may be let go; if there may be more, the counter stays due.</param>
    /// <returns>How many were.</returns>
    public int Reopen(UsageCounter counter, int most)
    {
        review.Set(counter, counter.Closed, dueAtMs: null);
        review.Review(counter);
        if (counter.Usage.IsUsedUp)
        {
            return 0;
        }

        var released = parking.LetGo(counter, counter.Cap is { IsRate: true } cap ? (int)Math.Min(most, cap.Most - counter.Used) : most);
        review.Review(counter);
        if (released == most && counter.DueAtMs is not null)
        {
            review.Set(counter, counter.Closed, clock.NowMs);
        }

        return released;
    }

    /// <summary>A task has started, ended or left: if the counter has room, the next of those that wait may try.</summary>
    public void LetOneGo(UsageCounter counter)
    {
        if (!counter.Usage.IsUsedUp)
        {
            parking.LetGo(counter, 1);
        }
    }
}
