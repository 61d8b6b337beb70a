using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>What a meter counts: starts or money, of one group, type or metadata value.</summary>
internal readonly record struct MeterKey(BudgetScope Scope, string Key, string Name, string Unit);

/// <summary>A meter's row in memory, and the cap that holds for it.</summary>
internal sealed class UsageCounter(long id, MeterKey key)
{
    /// <summary>In <see cref="FromMs"/>: without a cap nothing has to be added up.</summary>
    public const long CountsNothing = long.MaxValue;

    public long Id { get; } = id;

    public MeterKey Key { get; } = key;

    /// <summary><see langword="null"/> if there is none.</summary>
    public BudgetCap? Cap { get; set; }

    /// <summary>Entries from here on are in <see cref="Total"/>, whether or not they have left the window meanwhile.</summary>
    public long FromMs { get; set; }

    public long Total { get; set; }

    public long Reserved { get; set; }

    public bool Warned { get; set; }

    public bool Closed { get; set; }

    public long? DueAtMs { get; set; }

    /// <summary>Counted in this batch, not yet among the entries.</summary>
    public long Pending { get; set; }

    /// <summary>Some of what it counted may be kept with that of others.</summary>
    public bool MayHaveRecent { get; set; } = key.Unit == BudgetCap.Starts;

    /// <summary>It changed since it was last looked at.</summary>
    public bool Touched { get; set; }

    /// <summary>It differs from its row.</summary>
    public bool Dirty { get; set; }

    /// <summary>Tasks over the cap stay in their ready lists, which are closed; of the others each is looked at when its turn comes.</summary>
    public bool ClosesLanes => Cap is { Refuses: false } && Key.Scope != BudgetScope.Metadata;

    public bool IsUsedUp => Cap is { } cap && !HasRoom(cap.Need);

    public long Used => Total + Reserved;

    public bool HasRoom(long need) => Cap is not { } cap || Used <= cap.Most - need;
}
