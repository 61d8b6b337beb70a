using DurableQueue.Dependencies;
using DurableQueue.Groups;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>
/// What operations work on inside the writer's transaction. Rows of groups, lanes and counters are kept in memory and written once a
/// batch; they stay valid from batch to batch as long as <c>PRAGMA data_version</c> shows that no other connection has committed.
/// </summary>
internal sealed class WriteContext
{
    private const string DataVersion = "PRAGMA data_version";
    private const int MostLanesKept = 100_000;

    private readonly TimeProvider time;
    private long dataVersion = -1;
    private bool needsSync;

    public WriteContext(WriteConnection db, TimeProvider time, ProcessIdentity process, string queueInstance, QueueMetrics? metrics, LeaseTokens tokens)
    {
        this.time = time;
        Effects = new BatchEffects(new TaskEvents(metrics));
        Db = db;
        Blocks = new TaskBlocks(db);
        Clock = new WriteClock(Blocks, time);
        Groups = new GroupCache(db);
        Lanes = new LaneCache(db, Groups, Effects);
        Counters = new QueueCounters(db);
        Tokens = tokens;
        Deadlines = new Deadlines(db, Blocks);
        Workers = new WorkerRecords(db, process, queueInstance);
        Gates = new ApprovalGates(db);
        Approvals = new ApprovalRecords(db, Clock, Gates, Deadlines, Effects);
        Parked = new ParkedTasks(db);
        StoredTasks = new StoredTasks(db, Counters);
        NewTasks = new NewTaskRows(db, Clock);
        Schedules = new ScheduleMoves(db, Clock, Deadlines, Effects);
        Keys = new DedupKeys(db);
        Edges = new DependencyEdges(db);
        Attempts = new AttemptRecords(db, Clock);
        Requests = new RequestRecords(db, Clock);
        var rows = new TransactionState(db, Clock, Effects, Groups, Lanes, Counters, Blocks, Deadlines);
        var work = new CascadeWork();
        Tasks = new TaskMoves(rows, new TaskRecords(Keys, Edges, Attempts, Approvals, Schedules, Parked), work);
        TaskRules = new NewTaskRules(int.MaxValue, time);
        ScheduleRules = new ScheduleRules(TaskRules, time);
        Cascade = new Cascade(rows, Tasks, Keys, Edges, work);
        Budgets = new BudgetRecords(db, Clock, Groups, Lanes, Effects, Tasks, Parked);
    }

    public WriteConnection Db { get; }

    public WriteClock Clock { get; }

    public BatchEffects Effects { get; }

    public GroupCache Groups { get; }

    public NewGroupLimits NewGroups
    {
        init => Groups.NewGroups = value;
    }

    public LaneCache Lanes { get; }

    public QueueCounters Counters { get; }

    public LeaseTokens Tokens { get; }

    public TaskBlocks Blocks { get; }

    public Deadlines Deadlines { get; }

    public WorkerRecords Workers { get; }

    public ApprovalGates Gates { get; }

    public ApprovalRecords Approvals { get; }

    public DedupKeys Keys { get; }

    public DependencyEdges Edges { get; }

    public AttemptRecords Attempts { get; }

    public RequestRecords Requests { get; }

    public TaskMoves Tasks { get; }

    public ScheduleMoves Schedules { get; }

    /// <summary>For templates of schedules, whose payload was measured when they were stored.</summary>
    public NewTaskRules TaskRules { get; }

    /// <summary>For schedules that are to be fired.</summary>
    public ScheduleRules ScheduleRules { get; }

    public Cascade Cascade { get; }

    public StoredTasks StoredTasks { get; }

    public NewTaskRows NewTasks { get; }

    /// <summary>For the moves of tasks that have the hold Budget.</summary>
    public ParkedTasks Parked { get; }

    public BudgetRecords Budgets { get; }

    public LeasedLanes Leased { get; } = new();

    public long NowMs => Clock.NowMs;

    /// <summary>
    /// Whether a transaction of checkouts will probably do nothing but claim tasks, as far as is known before it begins. Only then its commit may go without a
    /// sync: a forgotten claim does no harm.
    /// </summary>
    public bool ExpectsOnlyClaims =>
        Tokens.AreSetApart && !Budgets.Policies.AreKnownToBeInUse && Effects.NextDeadlineMs > time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whether the transaction so far has done something that must not be forgotten.</summary>
    public bool NeedsSync => needsSync || Tokens.NeedSync;

    /// <summary>Called inside the transaction, before the first operation.</summary>
    public void Begin()
    {
        Effects.Clear();
        needsSync = false;
        var version = Db[DataVersion].Scalar() ?? 0;
        if (version != dataVersion || Lanes.Count > MostLanesKept)
        {
            ForgetRows();
            dataVersion = version;
        }

        Clock.Read();
        Budgets.Begin();
    }

    /// <summary>A checkout does something that must not be forgotten.</summary>
    public void RequireSync() => needsSync = true;

    /// <summary>Called before each operation.</summary>
    public void BeginOperation() => Clock.Read();

    /// <summary>Called after each operation: runs the cascade that it started.</summary>
    public void EndOperation() => Cascade.RunAfterOperation();

    /// <summary>Whether the transaction so far has given a lane something to offer that had nothing.</summary>
    public bool IsSomethingReady()
    {
        Budgets.Refresh();
        Lanes.Refresh();
        return Effects.Ready;
    }

    /// <summary>Called before the commit: writes what was only counted in memory.</summary>
    public void Flush()
    {
        Cascade.SaveRest();
        Budgets.WriteDirty();
        Lanes.Refresh();
        Groups.WriteDirty();
        Counters.WriteDirty();
        Tokens.WriteDirty();
        Blocks.Write();
        Effects.NextDeadlineMs = Math.Min(
            Math.Min(Math.Min(Deadlines.NextDueMs, Budgets.NextDueMs), Clock.NextReapMs(Deadlines.NextExpiryMs)),
            Math.Min(Deadlines.NextFireMs, Deadlines.NextApprovalMs));
    }

    /// <summary>Drops everything in memory: the transaction was rolled back.</summary>
    public void Forget()
    {
        ForgetRows();
        NewTasks.Forget();
        Budgets.Policies.ForgetAll();
    }

    private void ForgetRows()
    {
        dataVersion = -1;
        Groups.Forget();
        Lanes.Forget();
        Counters.Forget();
        Tokens.Forget();
        Blocks.Forget();
        Deadlines.Forget();
        Gates.Forget();
        Workers.Forget();
        Cascade.Forget();
        Budgets.Forget();
    }
}
