using System.Reflection;
using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>What schedules have in the file: its older versions, drift, and settings that cannot be used.</summary>
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

        Assert.StartsWith("It cannot be fired: ", (string)directory.Execute("SELECT pause_reason FROM schedule WHERE name = 's'")!, StringComparison.Ordinal);
        Assert.Single(await queue.Schedules.GetRunsAsync("other"));
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
        var ready = ((Storage.IWorkSignals)queue).WaitForReadyAsync(((Storage.IWorkSignals)queue).ReadyVersion, CancellationToken.None);

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
        var signals = (Storage.IWorkSignals)queue;
        var ready = signals.WaitForReadyAsync(signals.ReadyVersion, CancellationToken.None);

        directory.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.Null(await queue.CheckoutAsync(Worker));
        directory.Time.Advance(TimeSpan.FromMilliseconds(1));
        await ready.WaitAsync(QueueDirectory.Limit);

        Assert.NotNull(await queue.CheckoutAsync(Worker));
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
