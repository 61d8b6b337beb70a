namespace DurableQueue.Groups;

/// <summary>How many queued tasks have a hold, for the holds that are rare; or by how much these numbers change.</summary>
internal struct HoldCounts
{
    public long Blocked { get; private set; }

    public long Stashed { get; private set; }

    public long AwaitingApproval { get; private set; }

    public long HeldByBudget { get; private set; }

    public readonly bool IsZero => this is { Blocked: 0, Stashed: 0, AwaitingApproval: 0, HeldByBudget: 0 };

    /// <summary>Tasks have other holds from now on.</summary>
    public void Move(TaskHolds from, TaskHolds to, int tasks)
    {
        if (from != to)
        {
            Add(from, -tasks);
            Add(to, tasks);
        }
    }

    private void Add(TaskHolds holds, int tasks)
    {
        Blocked += Has(holds, TaskHolds.Dependencies) ? tasks : 0;
        Stashed += Has(holds, TaskHolds.Stashed) ? tasks : 0;
        AwaitingApproval += Has(holds, TaskHolds.Approval) ? tasks : 0;
        HeldByBudget += Has(holds, TaskHolds.Budget) ? tasks : 0;
    }

    private static bool Has(TaskHolds holds, TaskHolds hold) => (holds & hold) != 0;
}
