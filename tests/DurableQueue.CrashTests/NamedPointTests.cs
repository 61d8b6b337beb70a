using Dapper;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.CrashTests;

/// <summary>A process dies at a certain place in a certain call; what is left is exactly what was, or exactly what was asked for.</summary>
[Collection(nameof(CrashTestCollection))]
public sealed class NamedPointTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-point-").FullName;
    private readonly List<string> said = [];

    private string FilePath => Path.Combine(directory, "queue.db");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    // Each step is one commit of the process; the enqueue before it is the first.
    [Theory]
    [InlineData("enqueue,enqueue", 2)]
    [InlineData("enqueue,list:50", 2)]
    [InlineData("enqueue,checkout", 2)]
    [InlineData("enqueue,checkout,complete", 3)]
    [InlineData("enqueue,checkout,fail", 3)]
    [InlineData("enqueue,checkout,release", 3)]
    [InlineData("enqueue,checkout,checkpoint", 3)]
    [InlineData("enqueue,cancel:1", 2)]
    [InlineData("enqueue,checkout,cancel:1", 3)]
    public async Task Kill_BesideCommit_LeavesTheCallUndoneBeforeAndDoneAfter(string steps, int commit)
    {
        var earlier = string.Join(',', steps.Split(',').SkipLast(1));
        var undone = await StateAfterAsync(earlier, point: null);
        var done = await StateAfterAsync(steps, point: null);
        Assert.NotEqual(undone, done);

        Assert.Equal(undone, await StateAfterAsync(steps, $"commit.before:{commit}"));
        Assert.Equal(done, await StateAfterAsync(steps, $"commit.after:{commit}"));
    }

    [Theory]
    [InlineData("file.made")]
    [InlineData("migration.script")]
    [InlineData("migration.before")]
    [InlineData("migration.after")]
    public async Task Kill_WhileTheFileIsMade_LeavesAFileThatOpens(string point)
    {
        await RunStepsAsync("enqueue", $"{point}:1");

        await AssertOpensAsNewAsync();
    }

    [Theory]
    [InlineData(".db-journal", 1)]
    [InlineData(".db-journal", 2)]
    [InlineData(".db", 1)]
    [InlineData(".db-wal", 1)]
    [InlineData(".db-wal", 3)]
    public async Task Kill_InHalfOfAWriteWhileTheFileIsMade_LeavesAFileThatOpens(string file, int write)
    {
        Assert.Equal(137, await RunAsync(["steps", $"db={FilePath}", "name=w", "steps=enqueue", "sweeps=no"], DiskShim.Kill(file, write)));

        await AssertOpensAsNewAsync();
    }

    [Theory]
    [InlineData("adoption.marked")]
    [InlineData("migration.script")]
    [InlineData("migration.before")]
    public async Task Kill_WhileADatabaseTakesTheQueueIn_LeavesItAsItWas(string point)
    {
        var before = CreateApplication();

        Assert.Equal(137, await RunAsync(AdoptingSteps(), $"{point}:1"));

        Assert.Equal(before, ReadApplication());
        await AssertTakesTheQueueInAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(30)]
    public async Task Kill_InHalfOfAWriteWhileADatabaseTakesTheQueueIn_LeavesItAsItWas(int write)
    {
        var before = CreateApplication();

        Assert.Equal(137, await RunAsync(AdoptingSteps(), DiskShim.Kill(".db-wal", write)));

        Assert.Equal(before, ReadApplication());
        await AssertTakesTheQueueInAsync();
    }

    [Theory]
    [InlineData("checkpoint.before")]
    [InlineData("checkpoint.after")]
    public async Task Kill_BesideCheckpoint_KeepsEverything(string point)
    {
        // More pages than are written between two checkpoints.
        await RunStepsAsync("list:3000,list:3000,list:3000,list:3000,list:3000,list:3000", $"{point}:1");

        var answered = said.Count(line => line.StartsWith("+ list", StringComparison.Ordinal)) * 3_000;
        var tasks = AssertSound().Tasks.Count;
        Assert.True(tasks == answered || tasks == answered + 3_000, $"{answered} tasks were acknowledged, {tasks} are there");
    }

    [Fact]
    public async Task Kill_InsideAPrune_KeepsWholeChunksAndTheNextPruneDoesTheRest()
    {
        await using (var queue = await OpenAsync())
        {
            await queue.EnqueueAsync(new NewTask("unfinished") { Stashed = true });
        }

        await RunStepsAsync("list:1200,drain,prune", "prune.deleted:700");

        // One chunk of 500 was committed; what the second one had deleted came back.
        Assert.Equal(701, AssertSound().Tasks.Count);
        await using (var queue = await OpenAsync())
        {
            Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
            Assert.Equal(700, await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero)));
        }

        Assert.Single(AssertSound().Tasks);
    }

    [Theory]
    [InlineData("settling.begun")]
    [InlineData("settling.done")]
    public async Task Kill_InsideSettling_ReleasesEveryDependentOnce(string point)
    {
        const int Dependents = 15_000;
        await RunStepsAsync("enqueue,dependents:10000,dependents:5000,checkout,complete,drain", $"{point}:1", "sweeps=yes");

        await using var queue = await OpenAsync();
        while ((await queue.Inspector.CountAsync()).Total.Queued > 0)
        {
            var tasks = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 10_000);
            await Task.WhenAll(tasks.Select(task => queue.CompleteAsync(task.Lease).AsTask()));
        }

        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);

        // Those that the dead process had in its hands count too: they were released.
        Assert.Equal(Dependents + 1, AssertSound().Tasks.Values.Count(task => task.State is TaskState.Done or TaskState.CheckedOut));
    }

    [Fact]
    public async Task Kill_BetweenHandlerAndComplete_RunsTheTaskAgainAndCompletesItOnce()
    {
        await using (var queue = await OpenAsync())
        {
            await queue.EnqueueAsync("quick", "payload");
        }

        Assert.Equal(137, await RunAsync(["host", $"db={FilePath}", "lease=1500"], "handler.ended:1"));
        Assert.Equal(TaskState.CheckedOut, AssertSound().Tasks[1].State);
        Assert.Equal(137, await RunAsync(["host", $"db={FilePath}", "lease=1500"], "attempt.settled:1"));

        Assert.Equal(["start quick 1 1", "start quick 1 2"], said.Where(line => line.StartsWith("start", StringComparison.Ordinal)));
        var content = AssertSound();
        Assert.Equal(TaskState.Done, content.Tasks[1].State);
        Assert.Equal([TaskOutcome.Abandoned], content.Attempts.Values);
    }

    [Theory]
    [InlineData("checkpoint.after:1")]
    [InlineData("checkpoint.before:1")]
    [InlineData("commit.after:5")]
    public async Task Kill_InADatabaseThatHasTakenAQueueIn_KeepsWhatWasAcknowledged(string point)
    {
        CreateApplication();

        Assert.Equal(137, await RunAsync([.. AdoptingSteps().Where(setting => !setting.StartsWith("steps=", StringComparison.Ordinal)), "steps=list:3000,list:3000,list:3000,list:3000,list:3000,list:3000,list:3000,list:3000"], point));

        var answered = said.Count(line => line.StartsWith("+ list", StringComparison.Ordinal)) * 3_000;
        await using var queue = await OpenAsync();
        var tasks = (await queue.Inspector.CountAsync()).Total.Queued;
        Assert.True(tasks == answered || tasks == answered + 3_000, $"{answered} tasks were acknowledged, {tasks} are there");
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        using var connection = Connect();
        Assert.Equal(["a", "b"], connection.Query<string>("SELECT title FROM task"));
    }

    private string[] AdoptingSteps() => ["steps", $"db={FilePath}", "name=w", "steps=enqueue", "sweeps=no", "adopt=yes"];

    /// <summary>A database of an application, with a table named like one of ours.</summary>
    /// <returns>All that is in it.</returns>
    private string CreateApplication()
    {
        using (var connection = Connect())
        {
            connection.Execute(
                """
                PRAGMA journal_mode = WAL;
                PRAGMA user_version = 5;
                CREATE TABLE task (title TEXT);
                INSERT INTO task VALUES ('a'), ('b');
                """);
        }

        return ReadApplication();
    }

    private string ReadApplication()
    {
        using var connection = Connect();
        return string.Join(
            '\n',
            connection.Query<string>("SELECT name || sql FROM sqlite_master")
                .Concat(connection.Query<string>("SELECT title FROM task"))
                .Concat(connection.Query<string>("PRAGMA user_version"))
                .Concat(connection.Query<string>("PRAGMA integrity_check")));
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        return connection;
    }

    private async Task AssertTakesTheQueueInAsync()
    {
        Assert.Empty(said);
        await using var queue = await SqliteTaskQueue.OpenAsync(FilePath, NoTimers() with { AdoptExisting = true });
        Assert.Equal(new TaskId(1), await queue.EnqueueAsync(new NewTask("work")));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    /// <summary>Nothing was acknowledged, and a queue of its own begins.</summary>
    private async Task AssertOpensAsNewAsync()
    {
        Assert.Empty(said);
        await using var queue = await OpenAsync();
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        Assert.Equal(new TaskId(1), await queue.EnqueueAsync(new NewTask("work")));
        AssertSound();
    }

    private static SqliteQueueOptions NoTimers() => new() { BackgroundSweeps = false };

    private async Task<SqliteTaskQueue> OpenAsync() => await SqliteTaskQueue.OpenAsync(FilePath, NoTimers());

    private FileContent AssertSound()
    {
        var content = FileContent.Read(FilePath);
        Assert.Equal("ok", content.Integrity);
        Assert.Empty(content.Broken);
        return content;
    }

    /// <summary>What is stored after the steps, on a new file, without what no two runs have in common.</summary>
    private async Task<string> StateAfterAsync(string steps, string? point)
    {
        foreach (var file in Directory.GetFiles(directory))
        {
            File.Delete(file);
        }

        said.Clear();
        await RunStepsAsync(steps, point);
        var answers = said.Count(line => line[0] == '+');
        Assert.Equal(steps.Split(',').Length - (point is null ? 0 : 1), answers);

        await using var queue = await OpenAsync();
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        var content = AssertSound();
        return $"{string.Join('\n', content.Tasks.Values)}\n{string.Join('\n', content.Attempts)}";
    }

    private async Task RunStepsAsync(string steps, string? point, string sweeps = "sweeps=no") =>
        Assert.Equal(point is null ? 0 : 137, await RunAsync(["steps", $"db={FilePath}", "name=w", $"steps={steps}", sweeps], point));

    private Task<int> RunAsync(IReadOnlyList<string> arguments, string? point) =>
        RunAsync(arguments, point is null ? [] : new Dictionary<string, string> { ["DURABLEQUEUE_FAULT_POINT"] = point });

    private async Task<int> RunAsync(IReadOnlyList<string> arguments, Dictionary<string, string> environment)
    {
        await using var child = Child.Start(arguments, said.Add, environment);
        child.Go();
        var code = await child.ExitAsync();
        said.RemoveAll(line => line is "ready" or "bye");
        return code;
    }
}
