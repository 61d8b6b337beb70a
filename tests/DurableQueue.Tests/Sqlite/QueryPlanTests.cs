using DurableQueue.Conformance;
using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
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
        ("SELECT DISTINCT y.name FROM lane", "there are as many rows as groups times types"),
        ("WITH RECURSIVE first", "starts at the heads of all lanes"),
        ("SELECT name AS Name, parallelism AS Parallelism", "a list of all groups reads all groups"),
        ("SELECT coalesce(sum(queued + running + waiting), 0) FROM task_group", "waits for all groups add all groups"),
        ("DELETE FROM worker\nWHERE last_seen_at_ms", "there are as many rows as workers"),
        ("UPDATE worker SET last_seen_at_ms", "there are as many rows as workers"),
        ("DELETE FROM worker WHERE queue_instance", "there are as many rows as workers"),
    ];

    private readonly ITestOutputHelper output;
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-");
    private readonly QueueFile file;
    private readonly WriteConnection db;
    private readonly WriteSession session;
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
        Migrations.Apply(db);
        session = new WriteSession(db, time, ProcessIdentity.Current(), "test");
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
            var query = new TaskQuery { Order = order };
            TaskQueries.Run(connection, query, 0);
            TaskQueries.Run(connection, query with { Cursor = new TaskCursor(5) }, 0);
            TaskQueries.Run(connection, query with { Ids = [new TaskId(1), new TaskId(2)] }, 0);
            TaskQueries.Run(connection, query with { States = [TaskState.Queued] }, 0);
            TaskQueries.Run(connection, query with { States = [TaskState.Queued, TaskState.CheckedOut], Groups = ["default"], Types = ["a"] }, 0);
            TaskQueries.Run(connection, query with { States = [TaskState.Failed], Outcomes = [TaskOutcome.Failed] }, 0);
            TaskQueries.Run(connection, query with { Label = "l" }, 0);
        }

        foreach (var selector in new[] { TaskSelector.ByIds(new TaskId(4)), TaskSelector.All, TaskSelector.ByGroup("default"), TaskSelector.ByLabel("l"), TaskSelector.ByLabelPrefix("l") })
        {
            var wait = new TaskWait(selector, failFast: false);
            wait.Start(connection);
            wait.Look(connection);
            wait.Summarise(connection, 0, TimeSpan.Zero, timedOut: false);
        }

        FinishLog.Read(connection, 1);
        HealthLook.Read(connection, default);
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
        Do(new TakeOverTask(b.Id, "other"));
        Do(new FailTask(b.Lease, new TaskFailure("no")));
        b = Take(new CheckoutRequest { Worker = "w", Types = ["b"] });
        Do(new ReleaseTask(b.Lease, 0));
        Do(new RunTaskNow(failing));
        b = Take();
        Do(new FailTask(b.Lease, new TaskFailure("no") { Permanent = true }));
        Do(new RetryTask(failing, withDependents: true));
        var a = Take(new CheckoutRequest { Worker = "w", Groups = ["default"] });
        Do(new CompleteTask(a.Lease, new byte[10]));
        a = Take();
        Do(new CompleteTask(a.Lease, default));
        Do(new StashTask(second, stash: true));
        Do(new StashTask(second, stash: false));
        Do(new EditTask(second, new TaskEdit { Label = "x", Priority = 3, Group = "g", Payload = new byte[3] }, [new AwaitedTask(failing.Value, null, DependencyCondition.Finished)], 5));
        Do(new SwapTasks(failing, second));
        Do(new DecideApproval(approval, approve: true, "me", "fine"));
        Do(new ChangeGroup("g", (_, group) => group.SetPaused(true)));
        Do(new CancelTask(failing, "stop", withTree: true));
        Do(new RetryTask(failing, withDependents: false));
        Do(new CancelTask(failing, null, withTree: false));
        Do(new ChangeGroup("g", (s, group) =>
        {
            group.SetPaused(false);
            s.Settling.Add(SettlingKind.Doomed, group.Id);
        }));
        Take();
        time.Advance(TimeSpan.FromHours(1));
        Do(new Sweep());
        Do(new SettleChunk());
        Do(new KeepWorkers(leave: false));
        Do(new RemoveTasks([approval]));
        Do(new PruneChunk(TaskState.Done, RetentionPolicy.KeepFor(TimeSpan.Zero), 0));
        Do(new KeepWorkers(leave: true));
    }

    private TResult Do<TResult>(WriteOperation<TResult> operation)
    {
        db.Execute("BEGIN IMMEDIATE");
        session.Begin();
        operation.Apply(session);
        session.Flush();
        db.Execute("COMMIT");
        operation.Tell();
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

    /// <summary>A scan of a stored table. The rows of a JSON list, of a merged subquery, or of constants are walked by their nature.</summary>
    private static bool IsWalk(string line) =>
        line.StartsWith("SCAN TABLE", StringComparison.Ordinal) && !line.Contains("json_each", StringComparison.Ordinal);

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
