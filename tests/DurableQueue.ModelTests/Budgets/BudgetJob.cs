namespace DurableQueue.ModelTests.Budgets;

/// <summary>One task of the model.</summary>
internal sealed class BudgetJob(NewTask settings)
{
    public NewTask Settings { get; } = settings;

    /// <summary>Learned from the queue.</summary>
    public TaskId Id { get; init; }

    public Lease? Lease { get; set; }

    public bool Ended { get; set; }

    /// <summary>Starts next, over all of its budgets.</summary>
    public bool Forced { get; set; }

    /// <summary>What its attempt reserved and has not reported yet.</summary>
    public List<ModelReservation> Reservations { get; } = [];

    /// <summary>Of all attempts; none twice with the same token and key.</summary>
    public List<ModelCharge> Charges { get; } = [];

    public bool IsWaiting => !Ended && Lease is null;
}

internal sealed record ModelReservation(BudgetTarget Target, string Unit, decimal Left);

internal sealed record ModelCharge(long Token, string Key, Cost Cost);
