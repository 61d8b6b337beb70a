using Dapper;
using DurableQueue.Budgets;
using DurableQueue.Conformance;
using DurableQueue.Dependencies;
using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Sqlite;

/// <summary>
/// Runs every operation and every read once, and asks SQLite for the plan of each statement that was used: a search by an index, nothing
/// read from end to end, nothing sorted aside.
/// </summary>
public sealed class QueryPlanTests : IDisposable
{
    /// <summary>Reads that are meant to walk a whole small table, each with its reason.</summary>
    private static readonly (string Start, string Reason)[] Walks =
    [
        ("SELECT id, kind, subject, done_through, reason FROM settling", "takes the first of a short list of work"),
        ("SELECT name, queued, running + waiting", "a count of all groups reads all groups"),
        ("SELECT name AS Name, queued AS Queued, running + waiting", "a count of all groups reads all groups"),
        ("SELECT id AS Id, name AS Name, queued AS Queued, ready", "gauges of all groups read all groups"),
        ("SELECT last_seen_at_ms AS", "there are as many rows as workers"),
        ("SELECT DISTINCT y.name AS Type", "there are as many rows as groups times types"),
        ("WITH RECURSIVE first", "starts at the heads of all lanes"),
        ("SELECT task.lane_id, count(*)", "sorts the lanes of the tasks that a release makes ready, and those are as many as it may release"),
        ("SELECT name AS Name, parallelism AS Parallelism", "a list of all groups reads all groups"),
        ("SELECT coalesce(sum(queued + running + waiting), 0) FROM task_group", "waits for all groups add all groups"),
        ("DELETE FROM worker\nWHERE last_seen_at_ms", "there are as many rows as workers"),
        ("SELECT 'queue.state'", "the health check looks at the groups, and counts what runs now"),
        ("SELECT id, lane_id, worker_id, lease_expires_at_ms, cancel_requested", "there are as many rows as adopted attempts run now"),
        ("SELECT l.id, l.urgent <>", "starts at the heads of all lanes"),
        ("SELECT coalesce(sum(queued - ready - scheduled), 0)", "there are as many rows as groups"),
        ("SELECT name, type, group_name", "there are as many rows as gates"),
        ("SELECT name AS Name, type AS Type", "there are as many rows as gates"),
        ("UPDATE worker SET last_seen_at_ms", "there are as many rows as workers"),
        ("SELECT y.id, y.name, r.type_id", "there are as many rows as types, and as lanes"),
        ("SELECT t.worker_id AS Worker, t.id AS Task", "reads the blocks with running tasks"),
        ("SELECT l.type_id, count(*)", "counts by type what is unfinished, if that is not much"),
        ("SELECT name AS Name, host AS Host", "there are as many rows as workers"),
        ("DELETE FROM worker WHERE queue_instance", "there are as many rows as workers"),
        ("SELECT id FROM task_type", "there are as many rows as types"),
        ("SELECT kind, key, every, name", "policies are read at once, and only when one changed"),
        ("SELECT kind AS Kind, key AS Key, every AS Every", "a list of all budgets reads all budgets"),
        ("SELECT id AS Id, kind AS Kind, key AS Key", "the status of all budgets reads all usage counters"),
        ("SELECT count(*) FROM budget_recent", "there are at most a few thousand rows"),
        ("SELECT m.kind AS Kind, m.key AS Key", "sums for all budgets read all usage counters, and of each the time that was asked for"),
    ];

    /// <summary>Those that an index serves from end to end. An order by any other field sorts what is found.</summary>
    private static readonly string[] QueriesInWords =
    [
        "", "id=3", "id in (1, 2) and type=a", "id>3 and id<=5", "after=1", "status=queued", "status in (running, ready) and group=default", "label=l and not type=a",
        "ended=none limit 3", "status=failed and group=ml and label~sweep order by ended desc limit 10", "ended>-2h order by ended", "order by id desc",
        "not (priority<3 or duration>5 or started=today) limit 5",
    ];

    /// <summary>Indexes that have only what runs now, or waits for a person: a list of all of it walks them.</summary>
    private static readonly string[] ShortIndexes = ["task_block_leased", "task_approval_pending"];

    private readonly ITestOutputHelper output;
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-");
    private readonly QueueFile file;
    private readonly WriteConnection db;
    private readonly WriteContext context;
    private readonly ManualTimeProvider time = new();
    private readonly HashSet<string> statements = [];
    private readonly strdelegate_trace listen;

    public QueryPlanTests(ITestOutputHelper output)
    {
        this.output = output;
        Batteries_V2.Init();
        file = new QueueFile(Path.Combine(directory.FullName, "queue.db"), new SqliteQueueOptions());
        file.Create();
        db = file.OpenWriter();
        db.Handle.enable_sqlite3_next_stmt(true);
        Migrations.Apply(db);
        context = TestContexts.Of(db, time);
        listen = (_, statement) => statements.Add(statement.Trim());
    }

    public void Dispose()
    {
        db.Dispose();
        directory.Delete(recursive: true);
    }

    [Fact]
    public void EveryWrite_Planned_SearchesByIndex()
    {
        RunEveryOperation();

        AssertPlans(db.Prepared, minimum: 60);
    }

    /// <summary>
    /// SQLite prepares a statement again when a parameter is bound to another value and the plan could depend on it, as with <c>LIMIT @x</c>; a checkout
    /// is a quarter slower then.
    /// </summary>
    [Fact]
    public void EveryWrite_RunWithOtherValues_IsPreparedOnce()
    {
        const int Reprepared = 5; // SQLITE_STMTSTATUS_REPREPARE
        RunEveryOperation();
        var rules = new NewTaskRules(1_000, time);
        for (var i = 1; i <= 20; i++)
        {
            Do(new EnqueueTasks([.. Enumerable.Range(0, i).Select(number => rules.CheckOne(new NewTask("again", new byte[number]) { Priority = number }))]));
            var leased = Do(new CheckoutTasks(new CheckoutRequest { Worker = "w", Types = ["again"], LeaseDuration = TimeSpan.FromSeconds(i) }, i));
            Do(new RenewLeases([.. leased.Select(task => task.Lease)]));
            leased.Take(i / 2).ToList().ForEach(task => Do(new CompleteTask(task.Lease, new byte[i])));
            leased.Skip(i / 2).ToList().ForEach(task => Do(new FailTask(task.Lease, new TaskFailure($"error {i}"), int.MaxValue)));
            time.Advance(TimeSpan.FromSeconds(i));
        }

        var prepared = 0;
        for (var statement = raw.sqlite3_next_stmt(db.Handle, null); statement is not null; statement = raw.sqlite3_next_stmt(db.Handle, statement))
        {
            Assert.True(raw.sqlite3_stmt_status(statement, Reprepared, 0) == 0, raw.sqlite3_sql(statement).utf8_to_string());
            prepared++;
        }

        Assert.InRange(prepared, 60, int.MaxValue);
    }

    [Fact]
    public void EveryRead_Planned_SearchesByIndex()
    {
        RunEveryOperation();
        using var connection = file.OpenReader();
        raw.sqlite3_trace(connection.Handle!, listen, null);

        RunEveryRead(connection);

        AssertPlans(statements, minimum: 20);
    }

    private static void RunEveryRead(SqliteConnection connection)
    {
        foreach (var order in Enum.GetValues<TaskOrder>())
        {
            SearchEveryWay(connection, new TaskQuery { Order = order, ReadLimit = new ReadLimit() });
        }

        foreach (var order in Enum.GetValues<TaskOrder>().Where(order => order != TaskOrder.Run))
        {
            var query = new TaskQuery { Order = order };
            TaskQueries.Run(connection, query, 0);
            TaskQueries.Run(connection, query with { Cursor = new TaskCursor(5) }, 0);
            TaskQueries.Run(connection, query with { Ids = [new TaskId(1), new TaskId(2)] }, 0);
            TaskQueries.Run(connection, query with { States = [TaskState.Queued] }, 0);
            TaskQueries.Run(connection, query with { States = [TaskState.CheckedOut] }, 0);
            TaskQueries.Run(connection, query with { States = [TaskState.Queued, TaskState.CheckedOut], Groups = ["default"], Types = ["a"] }, 0);
            TaskQueries.Run(connection, query with { States = [TaskState.Failed], Outcomes = [TaskOutcome.Failed] }, 0);
            TaskQueries.Run(connection, query with { Label = "l" }, 0);
            foreach (var words in QueriesInWords)
            {
                TaskQueries.Run(connection, query with { Filter = TaskFilter.Parse(words, TimeProvider.System, TimeZoneInfo.Utc) }, 0);
            }
        }

        foreach (var selector in new[] { TaskSelector.ByIds(new TaskId(4)), TaskSelector.All, TaskSelector.ByGroup("default"), TaskSelector.ByLabel("l"), TaskSelector.ByLabelPrefix("l") })
        {
            SelectedTasks.Read(connection, selector, finishedAfter: 0, nowMs: 0);
            if (selector.Ids is null)
            {
                SelectedTasks.AnyUnfinished(connection, selector);
            }
        }

        SqliteApprovalStore.ReadPending(connection, default, 10);
        SqliteApprovalStore.ReadPage(connection, new ApprovalQuery(), default, 10);
        SqliteApprovalStore.ReadPage(connection, new ApprovalQuery { Task = new TaskId(1) }, default, 10);
        RequestRow.OfTask(connection, new TaskId(1));
        RequestRow.ReadLog(connection, long.MaxValue, 10);
        TypeRow.ReadAll(connection);
        HealthProbe.ReadWorkers(connection, DateTimeOffset.UnixEpoch);
        SqliteApprovalStore.ReadGates(connection);
        using var dispatcher = new Dispatcher();
        var budgets = new TaskBudgets(new SqliteBudgetStore(
            null!, new Readers(() => connection, () => { }, 1, TimeSpan.FromSeconds(1), dispatcher), TimeProvider.System));
        Done(budgets.ListAsync());
        Done(budgets.GetAsync(BudgetTarget.Value("tenant", "acme")));
        Done(budgets.ListStatusAsync());
        Done(budgets.GetUsageAsync());
        Done(budgets.GetUsageAsync(new BudgetUsageQuery { Target = BudgetTarget.EveryType }));
        Done(budgets.GetUsageAsync(new BudgetUsageQuery { Target = BudgetTarget.Type("dear"), Unit = "usd" }));
        Done(budgets.GetChargesAsync(new TaskId(connection.ExecuteScalar<long>("SELECT max(id) FROM task"))));
        FinishLog.ReadPage(connection, 1);
        HealthProbe.Read(connection, default);
    }

    /// <summary>What is listed beside the tasks is found by that list, with a limit on the search and without.</summary>
    [Theory]
    [InlineData("status=running", "task_block_leased")]
    [InlineData("status=running and type=a order by id desc", "task_block_leased")]
    [InlineData("status=approval", "task_approval_pending")]
    [InlineData("status=failed order by ended desc", "task_finished")]
    [InlineData("label=l and status=stashed", "task_label")]
    public void Query_OfWhatAnIndexLists_IsFoundByTheIndex(string words, string index)
    {
        RunEveryOperation();
        using var connection = file.OpenReader();
        var query = new TaskQuery { Filter = TaskFilter.Parse(words, TimeProvider.System, TimeZoneInfo.Utc) };
        Assert.True(SearchOrder.IsServed(query) || words.StartsWith("label", StringComparison.Ordinal));
        raw.sqlite3_trace(connection.Handle!, listen, null);
        TaskQueries.Run(connection, query, 0);
        AssertUses(connection, index);

        statements.Clear();
        new TaskSearch(query with { ReadLimit = new ReadLimit() }, TimeProvider.System).Continue(connection);
        AssertUses(connection, index);
    }

    private void AssertUses(SqliteConnection connection, string index)
    {
        raw.sqlite3_trace(connection.Handle!, (strdelegate_trace?)null, null);
        Assert.Contains(statements.SelectMany(statement => Explain(connection, statement)), line => line.EndsWith($" {index}", StringComparison.Ordinal) || line.Contains($" {index} (", StringComparison.Ordinal));
        raw.sqlite3_trace(connection.Handle!, listen, null);
    }

    private static void SearchEveryWay(SqliteConnection connection, TaskQuery query)
    {
        Search(query);
        Search(query with { Ids = [new TaskId(1), new TaskId(2)] });
        Search(query with { States = [TaskState.Queued] });
        Search(query with { States = [TaskState.CheckedOut], Groups = ["default"] });
        Search(query with { Label = "l", Holds = TaskHolds.Stashed });
        Search(query with { Holds = TaskHolds.Approval });
        Search(query with { Holds = TaskHolds.Budget, Types = ["a"] });
        foreach (var words in QueriesInWords)
        {
            Search(query with { Filter = TaskFilter.Parse(words, TimeProvider.System, TimeZoneInfo.Utc) });
        }

        void Search(TaskQuery wanted)
        {
            var search = new TaskSearch(wanted with { Limit = 2 }, TimeProvider.System);
            if (search.Continue(connection)!.Next is { } next)
            {
                new TaskSearch(wanted with { Cursor = next }, TimeProvider.System).Continue(connection);
            }
        }
    }

    private void RunEveryOperation()
    {
        var rules = new NewTaskRules(1_000, time);
        CheckedTask New(NewTask task) => rules.CheckOne(task);
        TaskId One(NewTask task) => Do(new EnqueueTasks([New(task)]))[0].Id;
        LeasedTask Take(CheckoutRequest? request = null) => Do(new CheckoutTasks(request ?? new CheckoutRequest { Worker = "w" }, 1))[0];

        var parent = One(new NewTask("a") { Label = "l", DedupKey = "k", Metadata = new Dictionary<string, string> { ["m"] = "1" } });
        var child = One(new NewTask("a") { After = [parent] });
        One(new NewTask("a") { After = [child] });
        var failing = One(new NewTask("b", new byte[10]) { Group = "g", MaxAttempts = 2, Retry = RetryPolicy.Immediate });
        One(new NewTask("a") { Delay = TimeSpan.FromSeconds(1) });
        var approval = One(new NewTask("a") { RequiresApproval = true });
        var second = One(new NewTask("a"));
        Do(new EnsureGroup("g", 1));
        Do(new CheckoutTasks(new CheckoutRequest { Worker = "w", Types = ["x", "b"] }, 0));
        var b = Take(new CheckoutRequest { Worker = "w", Groups = ["g"], Types = ["b"] });
        Do(new RenewLeases([b.Lease]));
        Do(new SuspendTask(b.Lease));
        Do(new ResumeTask(b.Lease));
        Do(new ReportProgress(b.Lease, 0.5, "half"));
        Do(new SaveCheckpoint(b.Lease, new byte[3]));
        var terms = new ApprovalTerms { ExpiresAfter = TimeSpan.FromSeconds(1) };
        Do(new RequestApproval(b.Lease, "#1", "what", "with", terms));
        Do(new RequestApproval(b.Lease, "#1", "what", "with", terms));
        Do(new DecideApproval(Do(new RequestApproval(b.Lease, "#2", "what", "with", terms))!.Value, approve: false, "me", "no"));
        Do(new TakeOverTask(b.Id, "other"));
        Do(new RaiseNotification(new NewNotification("topic", "text") { Key = "k", TaskId = b.Id }, 10));
        Do(new RaiseForAttempt(b.Lease, new NewNotification("topic", "text") { TaskId = b.Id, VoidWithTask = true }, new byte[3], 10));
        Do(new AcknowledgeNotifications("me", 1));
        Do(new RemoveSubscriber("me"));
        One(new NewTask("c"));
        var adopter = new CheckoutRequest { Worker = "w", Types = ["c"], AdoptedTypes = ["c"] };
        Take(adopter);
        Do(new TakeOverTasks(adopter, 1));
        Do(new FailTask(b.Lease, new TaskFailure("no"), 10));
        b = Take(new CheckoutRequest { Worker = "w", Types = ["b"] });
        Do(new ReleaseTask(b.Lease, 0));
        Do(new RunTaskNow(failing));
        b = Take();
        Do(new FailTask(b.Lease, new TaskFailure("no") { Permanent = true }, 10));
        Do(new RetryTask(failing, withDependents: true));
        var a = Take(new CheckoutRequest { Worker = "w", Groups = ["default"] });
        Do(new CompleteTask(a.Lease, new byte[10]));
        a = Take();
        Do(new CompleteTask(a.Lease, default));
        Do(new ChangeGate(gates => gates.Set(new ApprovalGate("gate") { Type = "gated", MetadataKey = "m" })));
        var auto = One(NewTask.Auto() with { RunNow = true, Metadata = new Dictionary<string, string> { ["m"] = "1" } });
        Do(new RouteTask(Take(new CheckoutRequest { Worker = "w", Types = [NewTask.AutoType] }).Lease, new RouteDecision("gated"), isFallback: false));
        Do(new DecideApproval(auto, approve: false, "me", "no"));
        Do(new RetryTask(auto, withDependents: false));
        Do(new StashTask(second, stash: true) { Request = new NewRequest(QueueRequestKind.Stash, "me") { Tasks = [second] } });
        Do(new StashTask(second, stash: false));
        Do(new EditTask(second, new TaskEdit { Label = "x", Priority = 3, Group = "g", Payload = new byte[3] }, [new AwaitedTask(failing.Value, null, DependencyCondition.Finished)], 5));
        Do(new SwapTasks(failing, second));
        Do(new DecideApproval(approval, approve: true, "me", "fine"));
        Do(new ChangeGroup("g", new GroupChange { Paused = true }));
        Do(new CancelTask(failing, "stop", withTree: true));
        Do(new RetryTask(failing, withDependents: false));
        Do(new CancelTask(failing, null, withTree: false));
        Do(new ChangeGroup("g", new GroupChange { Paused = false }));
        Take();
        time.Advance(TimeSpan.FromHours(1));
        Do(new Sweep());
        Do(new RunCascade());
        Do(new KeepWorkers(leave: false));
        RunScheduleOperations(rules);
        Do(new RemoveTasks([approval]));
        Do(new ChangeGate(gates => gates.Remove("gate")));
        Do(new PruneApprovals(TimeSpan.Zero));
        Do(new PruneChunk(TaskState.Done, RetentionPolicy.KeepFor(TimeSpan.Zero), 0));
        RunBudgets();
        Do(new KeepWorkers(leave: true));
    }

    private void RunScheduleOperations(NewTaskRules rules)
    {
        var schedules = new ScheduleRules(rules, time);
        var schedule = new NewSchedule("s", "@every 1s", new NewTask("scheduled") { MaxAttempts = 1 }) { Missed = MissedRunPolicy.FireAll, PauseAfterFailures = 1 };
        Do(new AddSchedule(schedules.Check(schedule), declare: false));
        Do(new AddSchedule(schedules.Check(schedule with { Name = "skip", Overlap = OverlapPolicy.Skip }), declare: true));
        Do(new AddSchedule(schedules.Check(schedule with { Name = "skip", Overlap = OverlapPolicy.Skip, Expression = "@every 2s" }), declare: true));
        Do(new AddSchedule(schedules.Check(schedule with { Name = "queue", Overlap = OverlapPolicy.Queue }), declare: true));
        Do(new EditSchedule("s", stored => schedules.Check(stored with { Jitter = TimeSpan.FromMilliseconds(1) })));
        time.Advance(TimeSpan.FromSeconds(4));
        Do(new Sweep());
        LeasedTask TakeScheduled() => Do(new CheckoutTasks(new CheckoutRequest { Worker = "w", Types = ["scheduled"] }, 1))[0];
        Do(new CompleteTask(TakeScheduled().Lease, default));
        var failed = TakeScheduled();
        Do(new FailTask(failed.Lease, new TaskFailure("no"), 10));
        Do(new RetryTask(failed.Id, withDependents: false));
        Do(new FailTask(TakeScheduled().Lease, new TaskFailure("no") { PauseSchedule = "no" }, 10));
        Do(new ResumeSchedule("s"));
        Do(new PauseSchedule("s", "stop"));
        Do(new RemoveTasks([Do(new RunScheduleNow("s"))]));
        Do(new RemoveSchedule("s"));
    }

    /// <summary>A read on a connection that is free ends before the call does.</summary>
    private static void Done<T>(ValueTask<T> read) => Assert.True(read.IsCompletedSuccessfully, "It waits, or has failed.");

    private void RunBudgets()
    {
        var rules = new NewTaskRules(1_000, time);
        var tenant = new Dictionary<string, string> { ["tenant"] = "acme" };
        var rate = new StoredPolicy { Rate = 1, RateWindowMs = 60_000, Cost = 5, CostUnit = "usd", CostWindowMs = 60_000 };
        var budgets = new[] { BudgetTarget.EveryGroup, BudgetTarget.Type("dear"), BudgetTarget.EveryValue("tenant") };
        foreach (var target in budgets)
        {
            Do(new WriteBudget(target, rate));
            Do(new ReopenBudgets(target, null));
            Do(new ReopenBudgets(target, new UsagePlace("a", "")));
        }

        NewTask dear = new("dear") { Group = "dear", EstimatedCost = new Cost(0.000_000_001m), Metadata = tenant };
        Do(new EnqueueTasks([.. Enumerable.Repeat(rules.CheckOne(dear), 3), rules.CheckOne(dear with { Group = "other" })]));
        var task = Assert.Single(Do(new CheckoutTasks(new CheckoutRequest { Worker = "w", Types = ["dear"] }, 5)));
        Do(new CheckoutTasks(new CheckoutRequest { Worker = "w" }, 5));
        Do(new ChargeCost(task.Lease, "1", "usd", 1, null));
        Do(new CompleteTask(task.Lease, default));
        Do(new WriteBudget(BudgetTarget.Type("dear"), null));
        Do(new WriteBudget(BudgetTarget.EveryGroup, null));
        Do(new CheckoutTasks(new CheckoutRequest { Worker = "w" }, 5));
        time.Advance(TimeSpan.FromMinutes(1));
        Do(new Sweep());
        task = Assert.Single(Do(new CheckoutTasks(new CheckoutRequest { Worker = "w", Types = ["dear"] }, 5)));
        Do(new TakeOverTask(task.Id, "other"));
        time.JumpWallClock(-TimeSpan.FromHours(1));
        Do(new CheckoutTasks(new CheckoutRequest { Worker = "w" }, 5));
        Do(new RunTaskNow(Do(new EnqueueTasks([rules.CheckOne(dear)]))[0].Id, overBudget: true));
        time.Advance(TimeSpan.FromHours(3));
        Do(new Sweep());
        Do(new PruneUsage(long.MaxValue, 0));
    }

    private TResult Do<TResult>(WriteOperation<TResult> operation)
    {
        db.Execute("BEGIN IMMEDIATE");
        context.Begin();
        operation.Apply(context);
        context.Flush();
        db.Execute("COMMIT");
        operation.CompleteCall();
        var answer = operation.Answer;
        Assert.True(answer.IsCompleted);
        return answer.GetAwaiter().GetResult();
    }

    private void AssertPlans(IEnumerable<string> statements, int minimum)
    {
        using var connection = file.OpenReader();
        var bad = new List<string>();
        var seen = 0;
        foreach (var statement in statements.Where(s => !s.StartsWith("PRAGMA", StringComparison.Ordinal) && !s.StartsWith("--", StringComparison.Ordinal)))
        {
            seen++;
            if (Array.Exists(Walks, walk => statement.StartsWith(walk.Start, StringComparison.Ordinal)))
            {
                continue;
            }

            var plan = Explain(connection, statement);
            if (plan.Any(line => IsWalk(line) || line.Contains("TEMP B-TREE", StringComparison.Ordinal)))
            {
                bad.Add($"{statement}\n    {string.Join("\n    ", plan)}");
            }
        }

        output.WriteLine($"{seen} statements looked at");
        Assert.True(seen >= minimum, $"Only {seen} statements were seen.");
        Assert.True(bad.Count == 0, string.Join("\n\n", bad));
    }

    /// <summary>A scan of a stored table. The rows of a JSON list, of a subquery, or of constants are walked by their nature.</summary>
    private static bool IsWalk(string line) =>
        line.StartsWith("SCAN ", StringComparison.Ordinal) && !line.Contains("VIRTUAL TABLE", StringComparison.Ordinal)
        && !line.StartsWith("SCAN (", StringComparison.Ordinal) && line != "SCAN CONSTANT ROW" && !line.EndsWith("-ROW VALUES CLAUSE", StringComparison.Ordinal)
        && !Array.Exists(ShortIndexes, index => line.EndsWith($" INDEX {index}", StringComparison.Ordinal));

    private static List<string> Explain(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are those that the library just ran.
        command.CommandText = "EXPLAIN QUERY PLAN " + statement;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
        {
            lines.Add(reader.GetString(3));
        }

        return lines;
    }
}
