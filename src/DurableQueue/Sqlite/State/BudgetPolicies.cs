using DurableQueue.Budgets;

namespace DurableQueue.Sqlite;

/// <summary>
/// The policies in memory, and whether the queue uses budgets at all. Where it never did, a check of one row after a commit of another process is all
/// that budgets cost. The policies stay in memory while others commit, as long as the stored version is theirs.
/// </summary>
internal sealed class BudgetPolicies(WriteConnection db)
{
    private const string SelectState = "SELECT version, estimates, charges FROM budget_state WHERE id = 1";

    private const string RaiseVersionSql = "UPDATE budget_state SET version = version + 1 WHERE id = 1";

    private const string MarkEstimates = "UPDATE budget_state SET estimates = 1 WHERE id = 1";

    private const string MarkCharges = "UPDATE budget_state SET charges = 1 WHERE id = 1";

    private const string SelectPolicies =
        """
        SELECT kind, key, every, name, rate, rate_window_ms, cost, cost_unit, cost_period, cost_window_ms, cost_zone, estimate, refuses FROM budget
        """;

    /// <summary>Of <see cref="policies"/> if they have to be read, whatever the stored version is.</summary>
    private const long NoVersion = -1;

    private readonly PolicySet policies = new();

    /// <summary>The version of <see cref="policies"/>: 0 is the empty list.</summary>
    private long version;

    private bool loaded;
    private bool wereSet;
    private bool anyEstimate;
    private bool anyCharge;

    /// <summary>A policy is set, or a task has an estimate: checkouts have to ask.</summary>
    public bool AreInUse => !Current.IsEmpty || anyEstimate;

    /// <summary>The same, as far as it is in memory.</summary>
    public bool AreKnownToBeInUse => !policies.IsEmpty || anyEstimate;

    /// <summary>Checkouts have had to ask at some time: tasks may still wait.</summary>
    public bool WereInUse
    {
        get
        {
            Load();
            return wereSet || anyEstimate;
        }
    }

    /// <summary>A task has had an estimate, or an attempt a reservation.</summary>
    public bool AnyEstimate
    {
        get
        {
            Load();
            return anyEstimate;
        }
    }

    /// <summary>An attempt has been charged.</summary>
    public bool AnyCharge
    {
        get
        {
            Load();
            return anyCharge;
        }
    }

    public PolicySet Current
    {
        get
        {
            Load();
            return policies;
        }
    }

    /// <summary>From now on <see cref="AnyEstimate"/> is true.</summary>
    public void NoteEstimate()
    {
        if (!AnyEstimate)
        {
            anyEstimate = true;
            db[MarkEstimates].Run();
        }
    }

    /// <summary>From now on <see cref="AnyCharge"/> is true.</summary>
    public void NoteCharge()
    {
        if (!AnyCharge)
        {
            anyCharge = true;
            db[MarkCharges].Run();
        }
    }

    /// <summary>A policy was written.</summary>
    public void RaiseVersion()
    {
        db[RaiseVersionSql].Run();
        loaded = false;
    }

    /// <summary>Another process may have committed.</summary>
    public void Forget() => loaded = false;

    /// <summary>The transaction was rolled back: the version that was read in it may come again with other policies.</summary>
    public void ForgetAll()
    {
        loaded = false;
        version = NoVersion;
    }

    private void Load()
    {
        if (loaded)
        {
            return;
        }

        var select = db[SelectState];
        if (!select.Step())
        {
            throw new QueueStorageException(QueueStorageError.Corrupt, "The queue file has lost its row of budgets (table budget_state is empty).");
        }

        var stored = select.Long(0);
        (wereSet, anyEstimate, anyCharge) = (stored > 0, select.Bool(1), select.Bool(2));
        select.Reset();
        if (stored != version)
        {
            ReadPolicies();
            version = stored;
        }

        loaded = true;
    }

    private void ReadPolicies()
    {
        policies.Clear();
        var select = db[SelectPolicies];
        while (select.Step())
        {
            policies.Add((BudgetScope)select.Int(0), select.Text(1), select.Bool(2) ? null : select.Text(3), new StoredPolicy
            {
                Rate = select.Long(4),
                RateWindowMs = select.Long(5),
                Cost = select.Long(6),
                CostUnit = select.Text(7),
                CostPeriod = (BudgetPeriod)select.Int(8),
                CostWindowMs = select.Long(9),
                CostZone = select.Text(10),
                Estimate = select.Long(11),
                Refuses = select.Bool(12),
            });
        }
    }
}
