using System.Reflection;
using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>What schedules have in the file: its older versions, inconsistencies, and settings that cannot be used.</summary>
public sealed class ScheduleStoreTests : IDisposable
{
    private static readonly CheckoutRequest Worker = new() { Worker = "w" };

    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    /// <summary>A value other than the default for each setting of a template.</summary>
    private static NewTask EverySetting => new("type", new byte[] { 1, 2 })
    {
        Group = "g",
        Label = "l",
        Priority = 3,
        Delay = TimeSpan.FromSeconds(4),
        MaxAttempts = 5,
        Retry = RetryPolicy.Fixed(TimeSpan.FromSeconds(6)),
        Timeout = TimeSpan.FromSeconds(7),
        LeaseDuration = TimeSpan.FromSeconds(8),
        DedupKey = "d",
        DedupScope = DedupScope.Forever,
        Stashed = true,
        RunNow = true,
        RequiresApproval = true,
        Approval = new ApprovalTerms { ExpiresAfter = TimeSpan.FromSeconds(9) },
        EstimatedCost = new Cost(10, "eur"),
        GroupParallelism = 11,
        Metadata = new Dictionary<string, string> { ["m"] = "n" },
    };

    [Fact]
    public void Template_EverySettingOfATask_IsStored()
    {
        var plain = new NewTask("plain");
        var given = EverySetting;
        var stored = StoredSchedule.Read("s", StoredSchedule.Write(new NewSchedule("s", "@daily", given)), given.Payload).Task;

        foreach (var property in typeof(NewTask).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.Name is nameof(NewTask.After) or nameof(NewTask.NotBefore))
            {
                continue;
            }

            Assert.False(Equals(property.GetValue(plain), property.GetValue(given)), $"{property.Name} is not tried here");
            Assert.Equal(property.GetValue(given), property.GetValue(stored));
        }
    }

    [Fact]
    public void Definition_OfDefaults_LeavesOutWhatIsNotSet() =>
        Assert.DoesNotContain("overlap", StoredSchedule.Write(new NewSchedule("s", "@daily", new NewTask("t"))), StringComparison.Ordinal);

    [Fact]
    public async Task Open_FileOfTheFirstVersion_IsMigratedAndKeepsItsTasks()
    {
        MakeFileOfTheFirstVersion();
        await using var queue = await directory.OpenAsync();

        Assert.Equal((long)Migrations.Latest, directory.Execute("PRAGMA user_version"));
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        await queue.EnqueueAsync(new NewTask("work"));
        Assert.True(await queue.CompleteAsync((await queue.CheckoutAsync(Worker))!.Lease));
        await queue.Schedules.AddAsync(new NewSchedule("s", "@every 1s", new NewTask("work")));
        directory.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("s", (await queue.CheckoutAsync(Worker))!.Schedule);
    }

    [Theory]
    [InlineData("schedule.next", "UPDATE schedule SET paused = 1")]
    [InlineData("schedule.next", "UPDATE schedule SET next_fire_at_ms = NULL")]
    [InlineData("schedule.next", "UPDATE schedule SET next_occurrence_at_ms = NULL")]
    [InlineData("schedule.next", "UPDATE schedule SET next_fire_at_ms = 5")]
    [InlineData("schedule_run.orphan", "INSERT INTO schedule_run (schedule_id, occurs_at_ms, fired_at_ms, result) VALUES (77, 0, 0, 3)")]
    [InlineData("schedule_run.outcome", "UPDATE schedule_run SET outcome = 2 WHERE id = 1")]
    [InlineData("schedule_run.outcome", "UPDATE schedule_run SET outcome = 0 WHERE id = 2")]
    [InlineData("schedule_run.outcome", "UPDATE schedule_run SET task_id = 900, outcome = 0 WHERE id = 1")]
    [InlineData("task.schedule_run", "UPDATE task SET schedule_run = NULL WHERE id = 1")]
    [InlineData("task.schedule_run", "UPDATE task SET schedule_run = 1 WHERE id = 3")]
    public async Task Repair_Planted_NamesItAndPutsItRight(string what, string sql)
    {
        await FillAsync();
        directory.Execute(sql);
        await using var queue = await directory.OpenAsync();
        Assert.Contains((await queue.Inspector.VerifyAsync()).Findings, finding => finding.What == what);

        var repair = await queue.Control.RepairAsync();

        Assert.True(repair.IsSound, string.Join('\n', repair.Remaining));
        Assert.Contains(repair.Repaired, finding => finding.What == what);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        directory.Time.Advance(TimeSpan.FromHours(2));
        await queue.ReapExpiredAsync();
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Theory]
    [InlineData("UPDATE schedule SET definition = '{' WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = 'null' WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = json_set(definition, '$.time_zone', 'Mars/Base') WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = json_set(definition, '$.expression', '61 * * * *') WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = json_set(definition, '$.task.type', 'a b') WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = json_set(definition, '$.task', NULL) WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = json_set(definition, '$.time_zone', NULL) WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = json_set(definition, '$.missed_run_limit', 0, '$.missed', 'FireAll') WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = json_set(definition, '$.missed', 77) WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = json_set(definition, '$.jitter_ms', -5) WHERE name = 's'")]
    [InlineData("UPDATE schedule SET next_occurrence_at_ms = -9223372036854775808, next_fire_at_ms = 0 WHERE name = 's'")]
    [InlineData("UPDATE schedule SET next_occurrence_at_ms = 9223372036854775807, next_fire_at_ms = 0 WHERE name = 's'")]
    [InlineData("UPDATE schedule SET next_occurrence_at_ms = NULL WHERE name = 's'")]
    public async Task Fire_SettingsThatCannotBeUsed_PauseThatScheduleAlone(string sql)
    {
        await FillAsync();
        directory.Execute(sql);
        await using var queue = await directory.OpenAsync();
        await queue.Schedules.AddAsync(new NewSchedule("other", "0 * * * *", new NewTask("other")));
        directory.Time.Advance(TimeSpan.FromHours(1));

        await queue.ReapExpiredAsync();

        Assert.StartsWith("The schedule can't fire: ", (string)directory.Execute("SELECT pause_reason FROM schedule WHERE name = 's'")!, StringComparison.Ordinal);
        Assert.Single(await queue.Schedules.GetRunsAsync("other"));
    }

    [Theory]
    [InlineData("UPDATE schedule SET definition = '{' WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = 'null' WHERE name = 's'")]
    [InlineData("UPDATE schedule SET definition = json_set(definition, '$.task', NULL) WHERE name = 's'")]
    public async Task Read_SettingsThatCannotBeRead_SaysThatTheFileIsDamaged(string sql)
    {
        await FillAsync();
        directory.Execute(sql);
        await using var queue = await directory.OpenAsync();

        Func<Task>[] reads =
        [
            async () => await queue.Schedules.GetAsync("s"),
            async () => await queue.Schedules.ListAsync(),
            async () => await queue.Schedules.GetNextAsync("s", 1),
        ];

        foreach (var read in reads)
        {
            Assert.Equal(QueueStorageError.Corrupt, (await Assert.ThrowsAsync<QueueStorageException>(read)).Error);
        }
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    public async Task Fire_AnchorOfNoTime_EndsAndGoesOn(long anchor)
    {
        await using (var queue = await directory.OpenAsync())
        {
            await queue.Schedules.AddAsync(new NewSchedule("s", "@every 7s", new NewTask("work")) { Missed = MissedRunPolicy.FireAll });
        }

        directory.Execute($"UPDATE schedule SET anchor_at_ms = {anchor}");
        await using var again = await directory.OpenAsync();
        directory.Time.Advance(TimeSpan.FromMinutes(1));

        await again.ReapExpiredAsync().AsTask().WaitAsync(QueueDirectory.Limit);

        Assert.True((await again.Schedules.GetAsync("s"))!.NextOccurrence > directory.Time.GetUtcNow());
    }

    [Fact]
    public async Task Payload_OfTheWholeLimit_FiresFromAnyQueue()
    {
        await using var queue = await directory.OpenAsync();
        await queue.Schedules.AddAsync(new NewSchedule("s", "@every 1s", new NewTask("work", new byte[16 * 1_024 * 1_024])));
        directory.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(16 * 1_024 * 1_024, (await queue.CheckoutAsync(Worker))!.Payload.Length);
    }

    [Fact]
    public async Task Sweeper_ScheduleDue_FiresWithoutACall()
    {
        await using var queue = await directory.OpenAsync(backgroundSweeps: true);
        await queue.Schedules.AddAsync(new NewSchedule("s", "0 * * * *", new NewTask("work")));
        var ready = queue.Signals.WaitForReadyAsync(queue.Signals.ReadyVersion, CancellationToken.None);

        directory.Time.Advance(TimeSpan.FromHours(1));
        await ready.WaitAsync(QueueDirectory.Limit);

        using var limit = new CancellationTokenSource(QueueDirectory.Limit);
        while ((await queue.Inspector.CountAsync(limit.Token)).Total.Queued == 0)
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Worker_WaitingForReady_IsWokenWhenAScheduleIsDue()
    {
        // Without sweeps: the timer tells workers, and the checkout of the first fires.
        await using var queue = await directory.OpenAsync();
        await queue.Schedules.AddAsync(new NewSchedule("s", "0 * * * *", new NewTask("work")));
        var signals = queue.Signals;
        var ready = signals.WaitForReadyAsync(signals.ReadyVersion, CancellationToken.None);

        directory.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.Null(await queue.CheckoutAsync(Worker));
        directory.Time.Advance(TimeSpan.FromMilliseconds(1));
        await ready.WaitAsync(QueueDirectory.Limit);

        Assert.NotNull(await queue.CheckoutAsync(Worker));
    }

    /// <summary>
    /// What a machine with other rules for Berlin stored: it fired 03:30 of January 6 where the clocks were so far ahead of UTC, and went on to January 7.
    /// The right moment is 02:30 UTC.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public async Task List_StoredByOtherRulesOfTheZone_SaysWhatGetNextSaysAndWhatIsFired(int oldOffset)
    {
        await StoreByOtherRulesAsync("30 3 * * *", oldOffset, TimeSpan.Zero);
        await using var queue = await directory.OpenAsync(backgroundSweeps: true);
        var right = new DateTimeOffset(2026, 1, 7, 2, 30, 0, TimeSpan.Zero);

        Assert.Equal(right, (await queue.Schedules.GetAsync("s"))!.NextOccurrence);
        Assert.Equal(right, (await queue.Schedules.GetAsync("s"))!.NextFireAt);
        Assert.Equal(right, Assert.Single(await queue.Schedules.ListAsync()).NextOccurrence);
        Assert.Equal(right, (await queue.Schedules.GetNextAsync("s", 1))[0].OccursAt);

        // The queue corrects what is stored within a second, also where it is too late.
        using var limit = new CancellationTokenSource(QueueDirectory.Limit);
        while (!Equals(directory.Execute("SELECT next_fire_at_ms FROM schedule"), right.ToUnixTimeMilliseconds()))
        {
            directory.Time.Advance(TimeSpan.FromSeconds(1));
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await AssertFiresOnceAtAsync(queue, right);
    }

    [Fact]
    public async Task Sweeper_ScheduleOfAnAdoptedDatabaseStoredByOtherRules_IsCorrected()
    {
        directory.Execute("PRAGMA journal_mode = WAL; CREATE TABLE orders (id INTEGER)");
        var options = new SqliteQueueOptions { TimeProvider = directory.Time, AdoptExisting = true };
        await using var queue = await SqliteTaskQueue.OpenAsync(directory.FilePath, options);
        await queue.Schedules.AddAsync(new NewSchedule("s", "30 3 * * *", new NewTask("work")) { TimeZone = "Europe/Berlin" });
        var right = (await queue.Schedules.GetAsync("s"))!.NextOccurrence!.Value.ToUnixTimeMilliseconds();
        directory.Execute("UPDATE dq_schedule SET next_occurrence_at_ms = next_occurrence_at_ms + 3600000, next_fire_at_ms = next_fire_at_ms + 3600000");

        using var limit = new CancellationTokenSource(QueueDirectory.Limit);
        while (!Equals(directory.Execute("SELECT next_fire_at_ms FROM dq_schedule"), right))
        {
            directory.Time.Advance(TimeSpan.FromSeconds(1));
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Fire_StoredTooEarlyByOtherRulesOfTheZone_WaitsForTheRightTime()
    {
        await StoreByOtherRulesAsync("30 3 * * *", 2, TimeSpan.Zero);
        await using var queue = await directory.OpenAsync();

        await AssertFiresOnceAtAsync(queue, new DateTimeOffset(2026, 1, 7, 2, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Fire_StoredTooLateByOtherRulesOfTheZone_FiresTheRightOccurrence()
    {
        await StoreByOtherRulesAsync("30 3 * * *", 0, TimeSpan.Zero);
        await using var queue = await directory.OpenAsync();
        directory.Time.Advance(new DateTimeOffset(2026, 1, 7, 3, 30, 0, TimeSpan.Zero) - directory.Time.GetUtcNow());

        await queue.ReapExpiredAsync();

        Assert.Equal(new DateTimeOffset(2026, 1, 7, 2, 30, 0, TimeSpan.Zero), Assert.Single(await queue.Schedules.GetRunsAsync("s")).OccursAt);
        Assert.Equal(new DateTimeOffset(2026, 1, 8, 2, 30, 0, TimeSpan.Zero), (await queue.Schedules.GetAsync("s"))!.NextOccurrence);
    }

    [Fact]
    public async Task Get_StoredByOtherRulesWithJitter_SaysWhenItFires()
    {
        await StoreByOtherRulesAsync("30 3 * * *", 2, TimeSpan.FromMinutes(10));
        await using var queue = await directory.OpenAsync();

        var info = (await queue.Schedules.GetAsync("s"))!;

        Assert.Equal((await queue.Schedules.GetNextAsync("s", 1))[0], new ScheduleOccurrence(info.NextOccurrence!.Value, info.NextFireAt!.Value));
    }

    [Fact]
    public async Task Get_StoredInAZoneThatThisMachineDoesNotKnow_SaysWhatIsStored()
    {
        await StoreByOtherRulesAsync("30 3 * * *", 2, TimeSpan.Zero);
        directory.Execute("UPDATE schedule SET definition = json_set(definition, '$.time_zone', 'Mars/Base')");
        await using var queue = await directory.OpenAsync();

        Assert.Equal(new DateTimeOffset(2026, 1, 7, 1, 30, 0, TimeSpan.Zero), Assert.Single(await queue.Schedules.ListAsync()).NextOccurrence);
    }

    private async Task StoreByOtherRulesAsync(string expression, int oldOffset, TimeSpan jitter)
    {
        await using (var queue = await directory.OpenAsync())
        {
            await queue.Schedules.AddAsync(new NewSchedule("s", expression, new NewTask("work")) { TimeZone = "Europe/Berlin", Jitter = jitter });
        }

        var last = new DateTimeOffset(2026, 1, 6, 3, 30, 0, TimeSpan.FromHours(oldOffset));
        var (after, next) = (last.ToUnixTimeMilliseconds(), last.AddDays(1).ToUnixTimeMilliseconds());
        directory.Execute(
            $"""
            UPDATE schedule SET last_occurrence_at_ms = {after}, next_after_ms = {after}, next_after_offset_ms = {oldOffset * 3_600_000},
              next_occurrence_at_ms = {next}, next_fire_at_ms = {next}
            """);
        directory.Time.Advance(last.AddMinutes(1) - directory.Time.GetUtcNow());
    }

    private async Task AssertFiresOnceAtAsync(SqliteTaskQueue queue, DateTimeOffset right)
    {
        directory.Time.Advance(right.AddSeconds(-1) - directory.Time.GetUtcNow());
        await queue.ReapExpiredAsync();
        Assert.Empty(await queue.Schedules.GetRunsAsync("s"));
        directory.Time.Advance(TimeSpan.FromSeconds(1));
        await queue.ReapExpiredAsync();
        Assert.Equal(right, Assert.Single(await queue.Schedules.GetRunsAsync("s")).OccursAt);
        directory.Time.Advance(TimeSpan.FromHours(23));
        await queue.ReapExpiredAsync();
        Assert.Single(await queue.Schedules.GetRunsAsync("s"));
    }

    /// <summary>Run 1 is queued as task 1, run 2 done as task 2; task 3 is no run.</summary>
    private async Task FillAsync()
    {
        await using var queue = await directory.OpenAsync();
        await queue.Schedules.AddAsync(new NewSchedule("s", "0 * * * *", new NewTask("held") { Stashed = true }));
        await queue.Schedules.RunNowAsync("s");
        await queue.Schedules.EditAsync("s", new ScheduleEdit { Task = new NewTask("work") });
        await queue.Schedules.RunNowAsync("s");
        await queue.CompleteAsync((await queue.CheckoutAsync(Worker))!.Lease);
        await queue.EnqueueAsync(new NewTask("plain") { Stashed = true });
    }

    private void MakeFileOfTheFirstVersion()
    {
        var assembly = typeof(SqliteTaskQueue).Assembly;
        using var stream = assembly.GetManifestResourceStream("DurableQueue.Schema.0001_initial")!;
        using var reader = new StreamReader(stream);
        directory.Execute($"PRAGMA journal_mode = WAL; {reader.ReadToEnd()}; PRAGMA application_id = {Migrations.ApplicationId}; PRAGMA user_version = 1");
    }
}
