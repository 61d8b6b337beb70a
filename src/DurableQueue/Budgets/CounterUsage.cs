namespace DurableQueue.Budgets;

/// <summary>A usage counter at a moment.</summary>
/// <param name="Cap">The cap that applies to it; <see langword="null"/> if there is none.</param>
/// <param name="Scope">What it counts for.</param>
/// <param name="Used">What it has counted in the window of the cap, and what is reserved on it.</param>
internal readonly record struct CounterUsage(BudgetCap? Cap, BudgetScope Scope, long Used)
{
    /// <summary>Nothing of the usual size fits.</summary>
    public bool IsUsedUp => Cap is { } cap && !HasRoom(cap.Need);

    /// <summary>When it is used up, its group or type is closed, and the tasks stay in their ready lists. Otherwise each task is decided when its turn comes.</summary>
    public bool ClosesLanes => Cap is { Refuses: false } && Scope is (BudgetScope.Group or BudgetScope.Type);

    /// <summary>Its group or type is closed.</summary>
    public bool IsClosed => ClosesLanes && IsUsedUp;

    /// <summary>So much is used that it matters exactly how much.</summary>
    public bool IsNearlyUsedUp => Cap is { } cap && (IsUsedUp || Used >= cap.WarnsAt);

    public bool HasRoom(long amount) => Cap is not { } cap || Used <= cap.Most - amount;

    /// <summary>Whether a warning is due, or still stands: it ends when less than half of the cap is used.</summary>
    /// <param name="warned">Whether there has been a warning.</param>
    public bool IsWarning(bool warned) => Cap is { } cap && Used >= (warned ? cap.Most / 2 : cap.WarnsAt);
}
