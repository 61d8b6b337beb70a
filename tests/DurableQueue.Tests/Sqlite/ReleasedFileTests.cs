using System.IO.Compression;
using System.Text;
using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>A file that the released version wrote is migrated, is sound, and has everything that was in it.</summary>
/// <remarks>
/// <c>Fixtures/schema-6.db.gz</c> was written by version 0.1.0 of the library (commit 372f71c): a program enqueued, checked out and ended tasks through
/// the public API, with a clock that began at 2026-01-05 08:00 UTC, and copied the open file with <c>BackupToAsync</c>. Afterwards only the rows of
/// <c>worker</c> were changed, so that they name no real machine. Each task has a label that says what it stands for.
/// <para>
/// <c>Fixtures/schema-7.db.gz</c> is that file, opened by the last commit with schema 7 (20267a7) and copied likewise after more tasks were enqueued,
/// at 2026-01-06 08:00 UTC: tasks of the type <c>seven</c>, whose labels begin so, and 150 of the type <c>many</c>, of which 50 run and 50 are done.
/// The checkouts fired a schedule and took back leases that had expired.
/// </para>
/// </remarks>
public sealed class ReleasedFileTests : IDisposable
{
    private const int TasksInFile = 52;

    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(6, TasksInFile)]
    [InlineData(7, TasksInFile + 9 + 150 + 1)]
    public async Task Open_FileOfAnOlderSchema_IsMigratedAndSound(int schema, int tasks)
    {
        Unpack(schema);
        Assert.Equal((long)schema, directory.Execute("PRAGMA user_version"));

        await using var queue = await directory.OpenAsync();

        Assert.Equal((long)Migrations.Latest, directory.Execute("PRAGMA user_version"));
        var verification = await queue.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
        Assert.Equal(tasks, verification.Tasks);
        Assert.Equal(0, (await queue.Control.RepairAsync()).Total);
    }

    [Theory]
    [InlineData("succeeded", TaskState.Done, TaskOutcome.Succeeded, null)]
    [InlineData("failed", TaskState.Failed, TaskOutcome.Failed, "second error")]
    [InlineData("timed out", TaskState.Failed, TaskOutcome.TimedOut, "took too long")]
    [InlineData("abandoned", TaskState.Failed, TaskOutcome.Abandoned, "expired")]
    [InlineData("dependency failed", TaskState.Failed, TaskOutcome.DependencyFailed, "Task 6")]
    [InlineData("rejected", TaskState.Failed, TaskOutcome.Rejected, "not today")]
    [InlineData("cancelled", TaskState.Cancelled, TaskOutcome.Cancelled, "no longer needed")]
    [InlineData("killed", TaskState.Cancelled, TaskOutcome.Killed, "stop it")]
    [InlineData("retried", TaskState.Done, TaskOutcome.Succeeded, null)]
    [InlineData("of a removed group", TaskState.Done, TaskOutcome.Succeeded, null)]
    [InlineData("command done", TaskState.Done, TaskOutcome.Succeeded, null)]
    [InlineData("command failed", TaskState.Failed, TaskOutcome.Failed, "exit code 3")]
    public async Task Open_FileOfSchema6_KeepsFinishedTasks(string label, TaskState state, TaskOutcome outcome, string? error)
    {
        Unpack();
        await using var queue = await directory.OpenAsync();

        var task = await FindAsync(queue, label);

        Assert.Equal((state, outcome), (task.State, task.Outcome));
        Assert.Contains(error ?? "", task.LastError ?? "", StringComparison.Ordinal);
        Assert.NotNull(task.FinishSequence);
    }

    [Theory]
    [InlineData("ready", TaskHolds.None)]
    [InlineData("urgent", TaskHolds.None)]
    [InlineData("delayed", TaskHolds.NotBefore)]
    [InlineData("backing off", TaskHolds.None)]
    [InlineData("stashed", TaskHolds.Stashed)]
    [InlineData("approved and stashed", TaskHolds.Stashed)]
    [InlineData("needs approval", TaskHolds.Approval)]
    [InlineData("behind a gate", TaskHolds.Approval)]
    [InlineData("waits for ready", TaskHolds.Dependencies)]
    [InlineData("waits for failure", TaskHolds.Dependencies | TaskHolds.NotBefore | TaskHolds.Stashed | TaskHolds.Approval)]
    [InlineData("doomed", TaskHolds.Dependencies)]
    [InlineData("parked high", TaskHolds.Budget)]
    public async Task Open_FileOfSchema6_KeepsHolds(string label, TaskHolds holds)
    {
        Unpack();
        await using var queue = await directory.OpenAsync();

        var task = await FindAsync(queue, label);

        Assert.Equal((TaskState.Queued, holds, label == "doomed", label == "urgent"), (task.State, task.Holds, task.Doomed, task.Urgent));
    }

    [Fact]
    public async Task Open_FileOfSchema6_KeepsContents()
    {
        Unpack();
        await using var queue = await directory.OpenAsync();

        var ready = await FindAsync(queue, "ready");
        Assert.Equal("{\"of\":\"ready\"}", Encoding.UTF8.GetString((await queue.Inspector.GetPayloadAsync(ready.Id)).Span));
        Assert.Equal((3, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), "blue"), (ready.Priority, ready.Timeout, ready.LeaseDuration, ready.Metadata["colour"]));
        Assert.Equal("{\"result\":1}", await ResultAsync(queue, "succeeded"));
        Assert.Equal("left by the failure", await ResultAsync(queue, "failed"));
        Assert.Equal(["first error", "second error"], (await queue.Inspector.GetAttemptsAsync((await FindAsync(queue, "failed")).Id)).Select(attempt => attempt.Error));
        var command = Encoding.UTF8.GetString((await queue.Inspector.GetPayloadAsync((await FindAsync(queue, "command queued")).Id)).Span);
        Assert.Contains("\"ls\"", command, StringComparison.Ordinal);
        Assert.Contains("C.UTF-8", Encoding.UTF8.GetString((await queue.Inspector.GetPayloadAsync((await FindAsync(queue, "command running")).Id)).Span), StringComparison.Ordinal);
        Assert.Equal("work", (await FindAsync(queue, "routed")).Route?.Type);
    }

    [Fact]
    public async Task Open_FileOfSchema6_KeepsKeysThatAreHeld()
    {
        Unpack();
        await using var queue = await directory.OpenAsync();

        foreach (var key in (string[])["active-queued", "active-running", "forever-queued", "forever-done", "forever-pruned", "night"])
        {
            Assert.False((await queue.EnqueueOrGetAsync(new NewTask("again") { DedupKey = key })).Created, key);
        }

        Assert.True((await queue.EnqueueOrGetAsync(new NewTask("again") { DedupKey = "active-done" })).Created);

        // Schema 6 kept the key of a task that was asked to stop.
        Assert.True((await queue.EnqueueOrGetAsync(new NewTask("again") { DedupKey = "active-cancelling" })).Created);
    }

    [Fact]
    public async Task Open_FileOfSchema6_LetsItsRunningTasksEnd()
    {
        Unpack();
        await using var queue = await directory.OpenAsync();

        Assert.Equal((0.25, "a quarter"), await FindAsync(queue, "running") is { Progress: { } progress, ProgressMessage: var message } ? (progress, message) : default);
        Assert.True((await FindAsync(queue, "waiting")).Waiting);
        Assert.True((await FindAsync(queue, "key active cancelling")).CancelRequested);
        foreach (var label in (string[])["running", "waiting", "second attempt", "in the narrow group", "asks while it runs", "with a reservation"])
        {
            var task = await FindAsync(queue, label);
            Assert.True(await queue.CompleteAsync(new Lease(task.Id, task.Attempt, task.LeaseExpiresAt!.Value)), label);
        }

        var adopted = await FindAsync(queue, "command running");
        directory.Time.Advance(TimeSpan.FromHours(13));
        Assert.Equal(adopted.Id, (await queue.TakeOverAsync(new CheckoutRequest { Worker = "new", AdoptedTypes = ["command"] }, 10)).Single().Id);
        Assert.True((await queue.ReapExpiredAsync()) > 0);
        Assert.Equal(TaskOutcome.Killed, (await FindAsync(queue, "key active cancelling")).Outcome);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Open_FileOfSchema6_OffersItsReadyTasksInOrder()
    {
        Unpack();
        await using var queue = await directory.OpenAsync();

        var taken = await queue.CheckoutAsync(new CheckoutRequest { Worker = "new", Types = ["work"] }, 100);

        Assert.Equal(["urgent", "routed", "ready", "swapped two", "swapped one"], taken.Take(5).Select(task => task.Label));
        Assert.DoesNotContain("in the paused group", taken.Select(task => task.Label));
    }

    [Fact]
    public async Task Open_FileOfSchema6_KeepsGroupsSchedulesApprovalsBudgetsAndNotifications()
    {
        Unpack();
        await using var queue = await directory.OpenAsync();

        Assert.Equal(2, (await queue.Groups.GetAsync("narrow"))?.Parallelism);
        Assert.True((await queue.Groups.GetAsync("paused"))?.Paused);
        Assert.True((await queue.Groups.GetAsync("careful"))?.PauseOnFailure);
        Assert.Equal((true, true, false), ((await queue.Groups.GetAsync("narrow"))!.Configured, (await queue.Groups.GetAsync("rated"))!.Configured, (await queue.Groups.GetAsync("by-hand"))!.Configured));
        Assert.Null(await queue.Groups.GetAsync("removed"));
        Assert.True((await queue.Groups.GetAsync("rated"))?.OverBudget);

        var schedules = await queue.Schedules.ListAsync();
        Assert.Equal(["nightly", "often", "stopped"], schedules.Select(schedule => schedule.Name));
        Assert.Equal(new DateTimeOffset(2026, 1, 6, 2, 30, 0, TimeSpan.Zero), schedules[0].NextOccurrence);
        Assert.Equal(("holiday", true), (schedules[2].PauseReason, schedules[1].Declared));
        Assert.Equal(2, (await queue.Schedules.GetRunsAsync("often")).Count);

        Assert.Equal(
            ["asks while it runs", "behind a gate", "needs approval", "waits for failure"],
            (await queue.Approvals.ListPendingAsync()).Select(request => request.Label).Order(StringComparer.Ordinal));
        Assert.Equal("gate-1", Assert.Single(await queue.Approvals.ListGatesAsync()).Name);

        Assert.Equal(2, (await queue.Budgets.ListAsync()).Count);

        // Schema 6 left the place of a parked task behind when its priority was edited.
        Assert.Equal("47,46,45", directory.Execute("SELECT group_concat(task_id) FROM (SELECT task_id FROM budget_parked ORDER BY rank, position)"));
        Assert.Equal(3.5m, Assert.Single(await queue.Budgets.GetChargesAsync((await FindAsync(queue, "charged")).Id)).Cost.Amount);

        Assert.Equal(["first", "second"], (await queue.Notifications.ListAsync()).Select(notification => notification.Text));
        Assert.Equal("second", Assert.Single(await queue.Notifications.ReadAsync("reader")).Text);
    }

    [Fact]
    public async Task Open_FileOfSchema7_FindsItsTasksByTheirStates()
    {
        Unpack(7);
        await using var queue = await directory.OpenAsync();

        var running = await queue.Inspector.QueryAsync(new TaskQuery { States = [TaskState.CheckedOut], Types = ["many"], Limit = 100 });
        var unfinished = await queue.Inspector.QueryAsync(new TaskQuery { States = [TaskState.Queued, TaskState.CheckedOut], Types = ["many"], Limit = 500 });

        Assert.Equal((50, 100), (running.Tasks.Count, unfinished.Tasks.Count));
        Assert.True((await FindAsync(queue, "seven asked to stop")).CancelRequested);
        Assert.Equal(TaskState.Done, (await FindAsync(queue, "seven adopted done")).State);
    }

    [Fact]
    public async Task Open_FileOfSchema7_ReapsAndTakesOverItsRunningAttempts()
    {
        Unpack(7);
        await using var queue = await directory.OpenAsync();
        directory.Time.Advance(TimeSpan.FromDays(400));

        Assert.True(await queue.ReapExpiredAsync() >= 52);
        var taken = await queue.TakeOverAsync(new CheckoutRequest { Worker = "new", AdoptedTypes = ["seven"] }, 10);

        Assert.Equal(("seven adopted running", 1L, 2L), (Assert.Single(taken).Label, taken[0].AttemptToken, taken[0].Lease.Token));
        var again = await queue.CheckoutAsync(new CheckoutRequest { Worker = "new", Types = ["seven"] }, 10);
        Assert.Contains("seven adopted backing off", again.Select(task => task.Label));
        Assert.All(again, task => Assert.Equal(task.Lease.Token, task.AttemptToken));
        Assert.Equal(1L, directory.Execute("SELECT count(*) FROM task WHERE adopted = 1 AND label LIKE 'seven%'"));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    private void Unpack(int schema = 6)
    {
        using var file = File.OpenRead(RepositoryRoot.File("tests", "DurableQueue.Tests", "Sqlite", "Fixtures", $"schema-{schema}.db.gz"));
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var target = File.Create(directory.FilePath);
        unpacked.CopyTo(target);
    }

    private static async Task<TaskInfo> FindAsync(SqliteTaskQueue queue, string label) =>
        Assert.Single((await queue.Inspector.QueryAsync(new TaskQuery { Label = label })).Tasks);

    private static async Task<string> ResultAsync(SqliteTaskQueue queue, string label) =>
        Encoding.UTF8.GetString((await queue.Inspector.GetResultAsync((await FindAsync(queue, label)).Id))!.Value.Span);
}
