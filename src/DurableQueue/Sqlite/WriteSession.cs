using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>
/// What operations work on inside the writer's transaction. Rows of groups, lanes and counters are kept in memory and written once a
/// batch; they stay valid from batch to batch as long as <c>PRAGMA data_version</c> shows that nobody else committed.
/// </summary>
internal sealed class WriteSession
{
    private const string DataVersion = "PRAGMA data_version";
    private const int MostLanesKept = 100_000;

    private const string SelectLongestLease = "SELECT max(lease_ms) FROM task INDEXED BY task_lease WHERE state = 1";

    private readonly TimeProvider time;
    private readonly ClockJumps clockJumps;
    private long dataVersion = -1;

    public WriteSession(WriteConnection db, TimeProvider time, ProcessIdentity process, string queueInstance, QueueMetrics? metrics = null)
    {
        Effects = new BatchEffects(new TaskEvents(metrics));
        this.time = time;
        Db = db;
        clockJumps = new ClockJumps(time);
        Groups = new GroupTable(db);
        Lanes = new LaneTable(db, Groups, Effects);
        Counters = new QueueCounters(db);
        Deadlines = new Deadlines(db);
        Workers = new WorkerTable(db, process, queueInstance);
        Tasks = new TaskMoves(this);
        Settling = new Settling(this);
    }

    public WriteConnection Db { get; }

    public BatchEffects Effects { get; }

    public GroupTable Groups { get; }

    public LaneTable Lanes { get; }

    public QueueCounters Counters { get; }

    public Deadlines Deadlines { get; }

    public WorkerTable Workers { get; }

    public TaskMoves Tasks { get; }

    public Settling Settling { get; }

    /// <summary>The time of the batch: one look at the clock for all its operations.</summary>
    public long NowMs { get; private set; }

    /// <summary>Whether leases may be taken back; not right after the clock jumped.</summary>
    public bool MayReap => !clockJumps.ReapingWaits;

    /// <summary>Called inside the transaction, before the first operation.</summary>
    public void Begin()
    {
        Effects.Clear();
        NowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var version = Db[DataVersion].Scalar() ?? 0;
        if (version != dataVersion || Lanes.Count > MostLanesKept)
        {
            Forget();
            dataVersion = version;
        }

        clockJumps.Look(() => TimeSpan.FromMilliseconds(Db[SelectLongestLease].Scalar() ?? 0));
    }

    /// <summary>Called after each operation: works off what it set in motion.</summary>
    public void EndOperation() => Settling.RunAfterOperation();

    /// <summary>Called before the commit: writes what was only counted in memory.</summary>
    public void Flush()
    {
        Settling.SaveRest();
        Lanes.Refresh();
        Groups.WriteDirty();
        Counters.WriteDirty();
        Effects.NextDeadlineMs = Math.Min(Deadlines.NextDueMs, NextReapMs());
    }

    /// <summary>When a lease can next be taken back: one that is over already, not before the wait after a jump of the clock is.</summary>
    private long NextReapMs()
    {
        var expiry = Deadlines.NextExpiryMs;
        return MayReap || expiry == long.MaxValue ? expiry : Math.Max(expiry, NowMs + (long)Math.Ceiling(clockJumps.Remaining.TotalMilliseconds));
    }

    /// <summary>Nothing in memory is to be relied on: the transaction was rolled back, or somebody else committed.</summary>
    public void Forget()
    {
        dataVersion = -1;
        Groups.Forget();
        Lanes.Forget();
        Counters.Forget();
        Deadlines.Forget();
        Workers.Forget();
        Settling.Forget();
    }
}
