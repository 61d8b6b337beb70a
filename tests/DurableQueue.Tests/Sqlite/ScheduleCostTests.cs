using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using SQLitePCL;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>What schedules cost a queue that has none.</summary>
public sealed class ScheduleCostTests : IDisposable
{
    private readonly QueueDirectory directory = new();
    private readonly WriteConnection db;
    private readonly WriteContext context;
    private readonly List<string> statements = [];
    private readonly strdelegate_trace listen;

    public ScheduleCostTests()
    {
        Batteries_V2.Init();
        var file = new QueueFile(directory.FilePath, new SqliteQueueOptions());
        file.Create();
        db = file.OpenWriter();
        Migrations.Apply(db);
        context = TestContexts.Of(db, directory.Time);
        listen = (_, statement) => statements.Add(statement);
    }

    public void Dispose()
    {
        db.Dispose();
        directory.Dispose();
    }

    [Fact]
    public void Checkouts_WithoutSchedules_AskOnceWhetherThereIsOne()
    {
        var rules = new NewTaskRules(1_000, directory.Time);
        raw.sqlite3_trace(db.Handle, listen, null);
        for (var round = 0; round < 50; round++)
        {
            Do(new EnqueueTasks([rules.CheckOne(new NewTask("work") { Delay = TimeSpan.FromSeconds(1) })]));
            directory.Time.Advance(TimeSpan.FromSeconds(1));
            Do(new CompleteTask(Do(new CheckoutTasks(new CheckoutRequest { Worker = "w" }, 1))[0].Lease, default));
            Do(new Sweep());
        }

        Assert.Single(statements, statement => statement.Contains("FROM schedule", StringComparison.Ordinal));
        Assert.DoesNotContain(statements, statement => statement.Contains("UPDATE schedule", StringComparison.Ordinal));
    }

    private TResult Do<TResult>(WriteOperation<TResult> operation)
    {
        db.Execute("BEGIN IMMEDIATE");
        context.Begin();
        operation.Apply(context);
        context.Flush();
        db.Execute("COMMIT");
        operation.CompleteCall();
        return operation.Answer.AsTask().GetAwaiter().GetResult();
    }
}
