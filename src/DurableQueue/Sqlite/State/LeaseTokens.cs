namespace DurableQueue.Sqlite;

/// <summary>
/// The tokens that checkouts give. A checkout that was answered before its sync can be forgotten at a power loss, but its token has been seen. Therefore the
/// file says, synced before, how high such tokens may be and in which boot of the system they are given; in any other boot tokens begin above them.
/// </summary>
/// <param name="db">The writer.</param>
/// <param name="boot">The boot of the system that this process runs in; empty if it is not known.</param>
/// <param name="mayBeUnsynced">Whether checkouts of this queue may be answered before their sync.</param>
internal sealed class LeaseTokens(WriteConnection db, string boot, bool mayBeUnsynced)
{
    /// <summary>How many tokens are set apart at once, so that hardly any checkout has to store how high they are.</summary>
    private const int Distance = 1_000;

    private const string Select = "SELECT token_floor, unsynced_tokens, unsynced_boot FROM queue_state WHERE id = 1";

    private const string Update =
        "UPDATE queue_state SET token_floor = @floor, unsynced_tokens = @highest, unsynced_boot = @boot WHERE id = 1";

    private bool loaded;
    private bool dirty;
    private long floor;
    private long highestUnsynced;
    private string? unsyncedBoot;

    /// <summary>Whether checkouts may be answered before their sync at all. The boot has to be known, or a power loss would not be noticed.</summary>
    public bool MayBeUnsynced { get; } = mayBeUnsynced && boot.Length > 0;

    /// <summary>What has to be on disk before a token is given without a sync is there, as far as is known.</summary>
    public bool AreSetApart => MayBeUnsynced && loaded && !dirty;

    /// <summary>Something has to be written, and synced, with the tokens that were given.</summary>
    public bool NeedSync => dirty;

    /// <summary>No token below it is given.</summary>
    public long Floor
    {
        get
        {
            Load();
            return floor;
        }
    }

    /// <summary>The token that the next checkout of a task gives.</summary>
    /// <param name="token">The task's latest.</param>
    public long After(long token)
    {
        var next = Math.Max(token + 1, Floor);
        if (MayBeUnsynced && next > highestUnsynced)
        {
            SetApart(next);
        }

        return next;
    }

    /// <summary>Changes the row, so that there is a commit to sync: SQLite syncs the log with everything that was committed before.</summary>
    public void SetOneMoreApart()
    {
        Load();
        highestUnsynced++;
        dirty = true;
    }

    public void WriteDirty()
    {
        if (dirty)
        {
            db[Update].Bind("@floor", floor).Bind("@highest", highestUnsynced).Bind("@boot", unsyncedBoot).Run();
            dirty = false;
        }
    }

    public void Forget() => loaded = dirty = false;

    private void SetApart(long token)
    {
        highestUnsynced = token + Distance;
        dirty = true;
    }

    private void Load()
    {
        if (loaded)
        {
            return;
        }

        var select = db[Select];
        if (!select.Step())
        {
            throw SqliteErrors.MissingCounters();
        }

        (floor, highestUnsynced, unsyncedBoot) = (select.Long(0), select.Long(1), select.NullableText(2));
        select.Reset();
        loaded = true;
        if (unsyncedBoot is not null && unsyncedBoot != boot)
        {
            // The system was started again since then: what was not synced may be gone.
            floor = highestUnsynced + 1;
            unsyncedBoot = null;
            dirty = true;
        }

        if (MayBeUnsynced && unsyncedBoot is null)
        {
            unsyncedBoot = boot;
            SetApart(Math.Max(floor, highestUnsynced));
        }
    }
}
