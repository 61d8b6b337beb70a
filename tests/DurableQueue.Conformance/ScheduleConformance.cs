using System.Text;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Schedules on the manual clock, which starts on Monday, 2026-01-05 at 09:00 UTC. Nothing fires but at a checkout or a sweep.</summary>
public abstract class ScheduleConformance : ConformanceTest
{
    private static readonly DateTimeOffset Nine = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    private ITaskSchedules Schedules => Queue.Schedules;

    [Fact]
    public async Task Occurrence_BeforeItsTime_EnqueuesNothing()
    {
        await AddAsync("0 * * * *");

        await AdvanceAsync(TimeSpan.FromMinutes(60) - TimeSpan.FromMilliseconds(1));

        Assert.Empty(await TasksAsync());
    }

    [Fact]
    public async Task Occurrence_AtItsTime_EnqueuesTheTemplateWithAllItsSettings()
    {
        var template = new NewTask("report", Utf8("{\"a\":1}"))
        {
            Group = "reports",
            Label = "nightly report",
            Priority = 7,
            MaxAttempts = 9,
            Retry = RetryPolicy.Fixed(TimeSpan.FromSeconds(3)),
            Timeout = TimeSpan.FromMinutes(2),
            LeaseDuration = TimeSpan.FromSeconds(40),
            Metadata = new Dictionary<string, string> { ["tenant"] = "a" },
            GroupParallelism = 3,
            EstimatedCost = new Cost(0.25m, "eur"),
            Approval = new ApprovalTerms { Approvers = ["ann"], ExpiresAfter = TimeSpan.FromDays(1) },
        };
        await Schedules.AddAsync(new NewSchedule("hourly", "0 * * * *", template));

        Time.Advance(TimeSpan.FromHours(1));
        await Queue.ReapExpiredAsync();
        var asked = Assert.Single(await Queue.Approvals.ListPendingAsync());
        Assert.Equal(["ann"], asked.Approvers);
        await Queue.Approvals.ApproveAsync(asked.Id, "ann");
        var task = await CheckoutAsync();

        Assert.Equal(("report", "reports", "nightly report", 7, 9), (task.Type, task.Group, task.Label, task.Priority, task.MaxAttempts));
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(task.Payload.Span));
        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(40)), (task.Timeout, task.LeaseDuration));
        Assert.Equal("a", task.Metadata["tenant"]);
        Assert.Null(task.TraceParent);
        Assert.Equal(template.Retry, (await GetAsync(task.Id)).Retry);
        Assert.Equal(3, (await Queue.Groups.GetAsync("reports"))!.Parallelism);
        Assert.Equal(new Cost(0.25m, "eur"), (await Schedules.GetAsync("hourly"))!.Schedule.Task.EstimatedCost);
    }

    [Fact]
    public async Task Occurrence_ItsTask_CarriesScheduleAndTime()
    {
        await AddAsync("30 9 * * *", s => s with { Jitter = TimeSpan.FromMinutes(10) });

        Time.Advance(TimeSpan.FromMinutes(45));
        var task = await CheckoutAsync();

        Assert.Equal(("s", Nine.AddMinutes(30)), (task.Schedule, task.OccursAt));
        var info = await GetAsync(task.Id);
        Assert.Equal(("s", Nine.AddMinutes(30)), (info.Schedule, info.OccursAt));
        Assert.Null((await GetAsync(await Queue.EnqueueAsync(new NewTask("plain")))).Schedule);
        Assert.Null((await GetAsync(await Queue.EnqueueAsync(new NewTask("plain")))).OccursAt);
    }

    [Fact]
    public async Task Occurrence_Fired_IsNotFiredAgain()
    {
        await AddAsync("0 * * * *");
        await AdvanceAsync(TimeSpan.FromHours(1));

        for (var look = 0; look < 5; look++)
        {
            await Queue.ReapExpiredAsync();
            await Queue.CheckoutAsync(Worker());
        }

        Assert.Single(await TasksAsync());
    }

    [Fact]
    public async Task Occurrences_OverADay_ComeOneByOne()
    {
        await AddAsync("0 */6 * * *");

        var seen = new List<DateTimeOffset?>();
        for (var minute = 0; minute < 24 * 4; minute++)
        {
            Time.Advance(TimeSpan.FromMinutes(15));
            if (await Queue.CheckoutAsync(Worker()) is { } task)
            {
                seen.Add(task.OccursAt);
                await Queue.CompleteAsync(task.Lease);
            }
        }

        Assert.Equal([Nine.AddHours(3), Nine.AddHours(9), Nine.AddHours(15), Nine.AddHours(21)], seen.OfType<DateTimeOffset>());
    }

    [Fact]
    public async Task Occurrence_ClockSetBack_IsNotFiredTwice()
    {
        await AddAsync("0 * * * *");
        await AdvanceAsync(TimeSpan.FromMinutes(61));
        Time.JumpWallClock(-TimeSpan.FromMinutes(30));
        await AdvanceAsync(TimeSpan.FromMinutes(31));
        Assert.Single(await TasksAsync());

        await AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal([Nine.AddHours(1), Nine.AddHours(2)], await OccurrencesAsync());
    }

    [Fact]
    public async Task Occurrence_WhileNoQueueWasOpen_IsFiredAtTheNextLook()
    {
        await AddAsync("0 * * * *");
        await Queue.DisposeAsync();
        Time.Advance(TimeSpan.FromMinutes(70));
        await ReopenAsync();

        Assert.Equal(Nine.AddHours(1), (await CheckoutAsync()).OccursAt);
        Assert.Equal(Nine.AddHours(2), (await InfoAsync()).NextOccurrence);
    }

    [Fact]
    public async Task Occurrence_ManyQueues_IsFiredOnce()
    {
        await AddAsync("* * * * * *", s => s with { Missed = MissedRunPolicy.FireAll });
        var queues = new List<ITaskQueue>();
        for (var i = 0; i < 4; i++)
        {
            queues.Add(await Fixture.OpenAsync());
        }

        for (var second = 0; second < 30; second++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAll(queues.Select(queue => Task.Run(async () => await queue.ReapExpiredAsync()))).SoonAsync();
        }

        foreach (var queue in queues)
        {
            await queue.DisposeAsync();
        }

        Assert.Equal(Enumerable.Range(1, 30).Select(second => Nine.AddSeconds(second)), await OccurrencesAsync());
    }

    [Fact]
    public async Task Zone_Berlin_OccursByItsClocks()
    {
        await AddAsync("0 12 * * *", s => s with { TimeZone = "Europe/Berlin" });

        await AdvanceAsync(TimeSpan.FromHours(2));

        Assert.Equal([Nine.AddHours(2)], await OccurrencesAsync());
        var next = (await Schedules.GetNextAsync("s", 1))[0];
        Assert.Equal(new DateTimeOffset(2026, 1, 6, 12, 0, 0, TimeSpan.FromHours(1)), next.OccursAt);
        Assert.Equal(TimeSpan.FromHours(1), next.OccursAt.Offset);
    }

    [Fact]
    public async Task Every_CountsFromTheCreation()
    {
        Time.Advance(TimeSpan.FromSeconds(7));
        await AddAsync("@every 90m");

        Assert.Equal(
            [Nine.AddSeconds(7).AddMinutes(90), Nine.AddSeconds(7).AddMinutes(180)],
            (await Schedules.GetNextAsync("s", 2)).Select(occurrence => occurrence.OccursAt));
    }

    [Fact]
    public async Task Every_ServedLate_KeepsItsCadence()
    {
        await AddAsync("@every 90m");

        await AdvanceAsync(TimeSpan.FromMinutes(100));

        Assert.Equal(Nine.AddMinutes(180), (await InfoAsync()).NextOccurrence);
    }

    [Fact]
    public async Task StartAndEnd_BoundTheOccurrences()
    {
        await AddAsync("0 * * * *", s => s with { StartsAt = Nine.AddHours(3), EndsAt = Nine.AddHours(5), Missed = MissedRunPolicy.FireAll });

        await AdvanceAsync(TimeSpan.FromHours(12));

        Assert.Equal([Nine.AddHours(3), Nine.AddHours(4), Nine.AddHours(5)], await OccurrencesAsync());
        var info = await InfoAsync();
        Assert.True(info.Ended);
        Assert.Null(info.NextOccurrence);
        Assert.Empty(await Schedules.GetNextAsync("s", 5));
    }

    [Fact]
    public async Task Missed_FireOnce_RunsTheLatestAndRecordsTheRest()
    {
        await AddAsync("0 * * * *");

        await AdvanceAsync(TimeSpan.FromHours(5.5));

        Assert.Equal([Nine.AddHours(5)], await OccurrencesAsync());
        var runs = await Schedules.GetRunsAsync("s");
        Assert.Equal(
            [(ScheduleRunResult.Enqueued, Nine.AddHours(5), null), (ScheduleRunResult.Missed, Nine.AddHours(1), Nine.AddHours(5))],
            runs.Select(run => (run.Result, run.OccursAt, run.MissedUntil)));
        Assert.Equal(Nine.AddHours(6), (await InfoAsync()).NextOccurrence);
    }

    [Fact]
    public async Task Missed_FireAll_RunsEachInOrder()
    {
        await AddAsync("0 * * * *", s => s with { Missed = MissedRunPolicy.FireAll });

        await AdvanceAsync(TimeSpan.FromHours(5.5));

        Assert.Equal(Enumerable.Range(1, 5).Select(hour => Nine.AddHours(hour)), await OccurrencesAsync());
    }

    [Fact]
    public async Task Missed_FireAllBeyondItsLimit_RunsTheLatest()
    {
        await AddAsync("* * * * * *", s => s with { Missed = MissedRunPolicy.FireAll, MissedRunLimit = 3 });

        await AdvanceAsync(TimeSpan.FromDays(30));

        var now = Nine.AddDays(30);
        Assert.Equal([now.AddSeconds(-2), now.AddSeconds(-1), now], await OccurrencesAsync());
        var missed = (await Schedules.GetRunsAsync("s"))[^1];
        Assert.Equal((ScheduleRunResult.Missed, Nine.AddSeconds(1), now.AddSeconds(-2)), (missed.Result, missed.OccursAt, missed.MissedUntil));
    }

    [Fact]
    public async Task Missed_Skip_RunsOnlyWhatIsOnTime()
    {
        await AddAsync("0 * * * *", s => s with { Missed = MissedRunPolicy.Skip });

        await AdvanceAsync(TimeSpan.FromHours(3) + TimeSpan.FromSeconds(61));
        Assert.Empty(await TasksAsync());
        await AdvanceAsync(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(2));

        Assert.Equal([Nine.AddHours(4)], await OccurrencesAsync());
        Assert.Equal([ScheduleRunResult.Enqueued, ScheduleRunResult.Missed], (await Schedules.GetRunsAsync("s")).Select(run => run.Result));
    }

    [Fact]
    public async Task Missed_SkipWithJitter_CountsFromWhenItWasToFire()
    {
        var late = TimeSpan.FromSeconds(5);
        await AddAsync("0 * * * *", s => s with { Missed = MissedRunPolicy.Skip, MissedAfter = late, Jitter = TimeSpan.FromMinutes(30) });
        var next = await Schedules.GetNextAsync("s", 2);
        Assert.All(next, occurrence => Assert.True(occurrence.FiresAt - occurrence.OccursAt > late));

        await AdvanceAsync(next[0].FiresAt - Nine + late);
        Assert.Equal([next[0].OccursAt], await OccurrencesAsync());
        await AdvanceAsync(next[1].FiresAt - next[0].FiresAt + TimeSpan.FromMilliseconds(1));

        Assert.Single(await TasksAsync());
        Assert.Equal([ScheduleRunResult.Missed, ScheduleRunResult.Enqueued], (await Schedules.GetRunsAsync("s")).Select(run => run.Result));
    }

    [Fact]
    public async Task Overlap_Allow_EnqueuesBeside()
    {
        await AddAsync("0 * * * *", s => s with { Task = s.Task with { LeaseDuration = TimeSpan.FromHours(24) } });
        await AdvanceAsync(TimeSpan.FromHours(1));
        await CheckoutAsync();

        await AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(2, (await TasksAsync()).Count);
        Assert.Equal(Nine.AddHours(2), (await CheckoutAsync("w2")).OccursAt);
    }

    [Fact]
    public async Task Overlap_Skip_LeavesOutWhileARunIsUnfinished()
    {
        await AddAsync("0 * * * *", s => s with { Overlap = OverlapPolicy.Skip, Task = s.Task with { LeaseDuration = TimeSpan.FromHours(24) } });
        await AdvanceAsync(TimeSpan.FromHours(1));
        await AdvanceAsync(TimeSpan.FromHours(1));
        var task = await CheckoutAsync();
        await AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Single(await TasksAsync());

        await Queue.CompleteAsync(task.Lease);
        await AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal([Nine.AddHours(1), Nine.AddHours(4)], await OccurrencesAsync());
        Assert.Equal(
            [ScheduleRunResult.Enqueued, ScheduleRunResult.Overlapped, ScheduleRunResult.Overlapped, ScheduleRunResult.Enqueued],
            (await Schedules.GetRunsAsync("s")).Select(run => run.Result));
    }

    [Fact]
    public async Task Overlap_SkipAndARetriedRun_CountsAsUnfinishedAgain()
    {
        await AddAsync("0 * * * *", s => s with { Overlap = OverlapPolicy.Skip, Task = s.Task with { MaxAttempts = 1 } });
        await AdvanceAsync(TimeSpan.FromHours(1));
        var task = await CheckoutAsync();
        await Queue.FailAsync(task.Lease, new TaskFailure("boom"));
        await Queue.Control.RetryAsync(task.Id);

        await AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Single(await TasksAsync());
        Assert.Equal(TaskOutcome.None, (await Schedules.GetRunsAsync("s"))[^1].Outcome);
    }

    [Fact]
    public async Task Overlap_Queue_StartsOneAfterTheOther()
    {
        await AddAsync(
            "0 * * * *", s => s with { Overlap = OverlapPolicy.Queue, Missed = MissedRunPolicy.FireAll, Task = s.Task with { LeaseDuration = TimeSpan.FromHours(24), MaxAttempts = 1 } });
        await AdvanceAsync(TimeSpan.FromHours(4.5));

        for (var hour = 1; hour <= 4; hour++)
        {
            var task = await CheckoutAsync();
            Assert.Equal(Nine.AddHours(hour), task.OccursAt);
            Assert.Null(await Queue.CheckoutAsync(Worker("w2")));
            if (hour % 2 == 0)
            {
                await Queue.CompleteAsync(task.Lease);
            }
            else
            {
                await Queue.FailAsync(task.Lease, new TaskFailure("boom"));
            }
        }

        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Overlap_QueueWithManyOpenRuns_StillStartsOneAfterTheOther()
    {
        const int Runs = 130;
        await AddAsync("* * * * * *", s => s with { Overlap = OverlapPolicy.Queue, Missed = MissedRunPolicy.FireAll, MissedRunLimit = Runs });
        await AdvanceAsync(TimeSpan.FromSeconds(Runs));

        for (var second = 1; second <= Runs; second++)
        {
            var task = Assert.Single(await Queue.CheckoutAsync(Worker(), 10));
            Assert.Equal(Nine.AddSeconds(second), task.OccursAt);
            await Queue.CompleteAsync(task.Lease);
        }
    }

    [Fact]
    public async Task Overlap_QueueAndARunByHand_WaitsForBoth()
    {
        await AddAsync("0 * * * *", s => s with { Overlap = OverlapPolicy.Queue, Task = s.Task with { LeaseDuration = TimeSpan.FromHours(24) } });
        await AdvanceAsync(TimeSpan.FromHours(1));
        await Schedules.RunNowAsync("s");
        var first = await CheckoutAsync();
        var second = await CheckoutAsync("w2");
        await AdvanceAsync(TimeSpan.FromHours(1));

        await Queue.CompleteAsync(second.Lease);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.CompleteAsync(first.Lease);

        Assert.Equal(Nine.AddHours(2), (await CheckoutAsync()).OccursAt);
    }

    [Fact]
    public async Task Jitter_FiresWithinItAndBeforeTheNext()
    {
        await AddAsync("0 * * * *", s => s with { Jitter = TimeSpan.FromMinutes(10) });
        var (occursAt, firesAt) = (await Schedules.GetNextAsync("s", 1))[0];
        Assert.Equal((Nine.AddHours(1), firesAt), ((await InfoAsync()).NextOccurrence, (await InfoAsync()).NextFireAt));
        Assert.InRange(firesAt, occursAt, occursAt.AddMinutes(10));

        await AdvanceAsync(firesAt - Nine - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await TasksAsync());
        await AdvanceAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal([occursAt], await OccurrencesAsync());
    }

    [Fact]
    public async Task Pause_NothingFiresAndResumeGoesOnWithTheNext()
    {
        await AddAsync("0 * * * *", s => s with { Missed = MissedRunPolicy.FireAll });
        await Schedules.PauseAsync("s", "holidays");
        await Schedules.PauseAsync("s", "again");
        var paused = await InfoAsync();
        Assert.Equal((true, "holidays", Nine), (paused.Paused, paused.PauseReason, paused.PausedAt));
        Assert.Null(paused.NextOccurrence);
        Assert.False(paused.Ended);

        await AdvanceAsync(TimeSpan.FromHours(3.5));
        Assert.Empty(await TasksAsync());
        Assert.Equal(Nine.AddHours(4), (await Schedules.GetNextAsync("s", 1))[0].OccursAt);
        await Schedules.ResumeAsync("s");
        await AdvanceAsync(TimeSpan.FromMinutes(30));

        Assert.Equal([Nine.AddHours(4)], await OccurrencesAsync());
        var info = await InfoAsync();
        Assert.Equal((false, null, null), (info.Paused, info.PauseReason, info.PausedAt));
    }

    [Fact]
    public async Task Resume_NotPaused_KeepsTheNextOccurrence()
    {
        await AddAsync("0 * * * *");
        Time.Advance(TimeSpan.FromMinutes(61));

        await Schedules.ResumeAsync("s");
        await Queue.ReapExpiredAsync();

        Assert.Equal([Nine.AddHours(1)], await OccurrencesAsync());
    }

    [Fact]
    public async Task Add_Paused_WaitsForTheResume()
    {
        await AddAsync("0 * * * *", s => s with { Paused = true });
        await AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Empty(await TasksAsync());
        Assert.NotNull((await InfoAsync()).PauseReason);

        await Schedules.ResumeAsync("s");

        Assert.Equal(Nine.AddHours(3), (await InfoAsync()).NextOccurrence);
    }

    [Fact]
    public async Task RunNow_EnqueuesARunAndKeepsTheCadence()
    {
        await AddAsync("0 * * * *");
        await AdvanceAsync(TimeSpan.FromMinutes(20));

        var id = await Schedules.RunNowAsync("s");

        var task = await GetAsync(id);
        Assert.Equal(("s", Nine.AddMinutes(20)), (task.Schedule, task.OccursAt));
        var info = await InfoAsync();
        Assert.Equal((Nine.AddHours(1), null), (info.NextOccurrence, info.LastOccurrence));
        Assert.Equal((id, true), ((await Schedules.GetRunsAsync("s"))[0].Task!.Value, (await Schedules.GetRunsAsync("s"))[0].Manual));
    }

    [Fact]
    public async Task RunNow_PausedOrOverlapping_RunsAllTheSame()
    {
        await AddAsync("0 * * * *", s => s with { Overlap = OverlapPolicy.Skip });
        await Schedules.RunNowAsync("s");
        await Schedules.RunNowAsync("s");
        await Schedules.PauseAsync("s");
        await Schedules.RunNowAsync("s");

        Assert.Equal(3, (await TasksAsync()).Count);
        Assert.True((await InfoAsync()).Paused);
    }

    [Fact]
    public async Task RunNow_Fails_DoesNotCount()
    {
        await AddAsync("0 * * * *", s => s with { PauseAfterFailures = 1, Task = s.Task with { MaxAttempts = 1 } });
        for (var run = 0; run < 3; run++)
        {
            await Schedules.RunNowAsync("s");
            await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));
        }

        Assert.Equal((false, 0), ((await InfoAsync()).Paused, (await InfoAsync()).ConsecutiveFailures));
        Assert.All(await Schedules.GetRunsAsync("s"), run => Assert.Equal((true, TaskOutcome.Failed), (run.Manual, run.Outcome)));
    }

    [Fact]
    public async Task RunNow_SucceedsBetweenFailures_DoesNotCountEither()
    {
        await AddAsync("0 * * * *", s => s with { PauseAfterFailures = 2, Task = s.Task with { MaxAttempts = 1 } });
        await FailNextAsync();
        await Schedules.RunNowAsync("s");
        await Queue.CompleteAsync((await CheckoutAsync()).Lease);

        await FailNextAsync();

        Assert.True((await InfoAsync()).Paused);
    }

    [Fact]
    public async Task Failures_FiveInARow_PauseWithTheReason()
    {
        await AddAsync("0 * * * *", s => s with { Task = s.Task with { MaxAttempts = 1 } });
        for (var run = 1; run <= 4; run++)
        {
            await FailNextAsync();
            Assert.Equal((false, run), ((await InfoAsync()).Paused, (await InfoAsync()).ConsecutiveFailures));
        }

        await FailNextAsync();

        var info = await InfoAsync();
        Assert.Equal((true, 5, Time.GetUtcNow()), (info.Paused, info.ConsecutiveFailures, info.PausedAt));
        Assert.Equal("5 runs in a row failed; the last error: boom", info.PauseReason);
        await AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(5, (await TasksAsync()).Count);
        await Schedules.ResumeAsync("s");
        Assert.Equal(0, (await InfoAsync()).ConsecutiveFailures);
    }

    [Fact]
    public async Task Failures_SuccessBetween_StartsAnew()
    {
        await AddAsync("0 * * * *", s => s with { PauseAfterFailures = 2, Task = s.Task with { MaxAttempts = 1 } });
        for (var round = 0; round < 3; round++)
        {
            await FailNextAsync();
            await AdvanceAsync(TimeSpan.FromHours(1));
            await Queue.CompleteAsync((await CheckoutAsync()).Lease);
        }

        Assert.Equal((false, 0), ((await InfoAsync()).Paused, (await InfoAsync()).ConsecutiveFailures));
    }

    [Fact]
    public async Task Failures_AttemptsThatAreTriedAgain_DoNotCount()
    {
        await AddAsync("0 * * * *", s => s with { PauseAfterFailures = 1, Task = s.Task with { MaxAttempts = 3, Retry = RetryPolicy.Immediate } });
        await AdvanceAsync(TimeSpan.FromHours(1));
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));
        Assert.False((await InfoAsync()).Paused);

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom"));

        Assert.True((await InfoAsync()).Paused);
    }

    [Fact]
    public async Task Failures_CancelledOrRejected_DoNotCount()
    {
        await AddAsync("0 * * * *", s => s with { PauseAfterFailures = 1, Task = s.Task with { RequiresApproval = true } });
        await AdvanceAsync(TimeSpan.FromHours(1));
        await Queue.Control.RejectAsync((await TasksAsync())[0].Id, "ann", "no");
        await AdvanceAsync(TimeSpan.FromHours(1));
        await Queue.Control.CancelAsync((await TasksAsync())[1].Id);

        Assert.False((await InfoAsync()).Paused);
        Assert.Equal([TaskOutcome.Cancelled, TaskOutcome.Rejected], (await Schedules.GetRunsAsync("s")).Select(run => run.Outcome));
    }

    [Fact]
    public async Task Failures_LeaseExpired_Count()
    {
        await AddAsync("0 9 * * *", s => s with { PauseAfterFailures = 1, Task = s.Task with { MaxAttempts = 1 } });
        await AdvanceAsync(TimeSpan.FromHours(24));
        await CheckoutAsync();

        await AdvanceAsync(TimeSpan.FromMinutes(6));

        Assert.Equal(TaskOutcome.Abandoned, (await Schedules.GetRunsAsync("s"))[0].Outcome);
        Assert.True((await InfoAsync()).Paused);
    }

    [Fact]
    public async Task Failures_LimitOfZero_NeverPause()
    {
        await AddAsync("0 * * * *", s => s with { PauseAfterFailures = 0, Task = s.Task with { MaxAttempts = 1 } });
        for (var run = 0; run < 8; run++)
        {
            await FailNextAsync();
        }

        Assert.Equal((false, 8), ((await InfoAsync()).Paused, (await InfoAsync()).ConsecutiveFailures));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Failure_ThatSaysSo_PausesAtOnceWithItsReason(int attempts)
    {
        await AddAsync("0 * * * *", s => s with { Task = s.Task with { MaxAttempts = attempts } });
        await AdvanceAsync(TimeSpan.FromHours(1));

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("401\nat X") { PauseSchedule = "the token has expired" });

        Assert.Equal((true, "the token has expired"), ((await InfoAsync()).Paused, (await InfoAsync()).PauseReason));
    }

    [Fact]
    public async Task Failure_ThatSaysSoInARunByHand_PausesToo()
    {
        await AddAsync("0 * * * *");
        await Schedules.RunNowAsync("s");

        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("401") { Permanent = true, PauseSchedule = new string('x', 2_000) });

        Assert.Equal(512, (await InfoAsync()).PauseReason!.Length);
    }

    [Fact]
    public async Task Failure_ThatSaysSoWithALostLease_ChangesNothing()
    {
        await AddAsync("0 * * * *", s => s with { Task = s.Task with { MaxAttempts = 2 } });
        await AdvanceAsync(TimeSpan.FromHours(1));
        var task = await CheckoutAsync();
        await Queue.ReleaseAsync(task.Lease);

        Assert.False(await Queue.FailAsync(task.Lease, new TaskFailure("401") { PauseSchedule = "late" }));

        Assert.False((await InfoAsync()).Paused);
    }

    [Fact]
    public async Task Failure_ThatSaysSoOfNoSchedule_IsAFailure()
    {
        await Queue.EnqueueAsync(new NewTask("a"));

        Assert.True(await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("401") { PauseSchedule = "nobody" }));
    }

    [Fact]
    public async Task Edit_OtherTimes_GoesOnWithTheFirstOfThem()
    {
        await AddAsync("0 * * * *");
        await AdvanceAsync(TimeSpan.FromMinutes(10));

        await Schedules.EditAsync("s", new ScheduleEdit { Expression = "15 * * * *" });
        Assert.Equal(Nine.AddMinutes(15), (await InfoAsync()).NextOccurrence);
        await Schedules.EditAsync("s", new ScheduleEdit { StartsAt = Nine.AddHours(5), EndsAt = Nine.AddHours(7) });
        Assert.Equal(Nine.AddHours(5.25), (await InfoAsync()).NextOccurrence);
        await Schedules.EditAsync("s", new ScheduleEdit { StartsAt = DateTimeOffset.MinValue, EndsAt = DateTimeOffset.MaxValue });

        Assert.Equal(Nine.AddMinutes(15), (await InfoAsync()).NextOccurrence);
        Assert.Equal((null, null), ((await InfoAsync()).Schedule.StartsAt, (await InfoAsync()).Schedule.EndsAt));
    }

    [Fact]
    public async Task Edit_Template_ChangesWhatComesNext()
    {
        await AddAsync("0 * * * *");
        Time.Advance(TimeSpan.FromMinutes(61));

        // The occurrence that is due already stays due.
        await Schedules.EditAsync("s", new ScheduleEdit { Task = new NewTask("other", Utf8("new")) { Priority = 3 }, PauseAfterFailures = 2 });

        var task = await CheckoutAsync();
        Assert.Equal(("other", 3, Nine.AddHours(1)), (task.Type, task.Priority, task.OccursAt));
        Assert.Equal("new", Encoding.UTF8.GetString(task.Payload.Span));
        var info = await InfoAsync();
        Assert.Equal(("other", 2, "0 * * * *"), (info.Schedule.Task.Type, info.Schedule.PauseAfterFailures, info.Schedule.Expression));
        Assert.Equal((Nine, Nine.AddMinutes(61)), (info.CreatedAt, info.UpdatedAt));
    }

    [Fact]
    public async Task Edit_Wrong_ChangesNothing()
    {
        await AddAsync("0 * * * *");

        await Assert.ThrowsAsync<ArgumentException>(() => Schedules.EditAsync("s", new ScheduleEdit { Expression = "61 * * * *" }).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => Schedules.EditAsync("s", new ScheduleEdit { TimeZone = "Mars/Base" }).AsTask());

        Assert.Equal(("0 * * * *", Nine.AddHours(1)), ((await InfoAsync()).Schedule.Expression, (await InfoAsync()).NextOccurrence));
    }

    [Fact]
    public async Task Edit_Paused_StaysPaused()
    {
        await AddAsync("0 * * * *", s => s with { Paused = true });

        await Schedules.EditAsync("s", new ScheduleEdit { Expression = "30 * * * *" });

        Assert.Null((await InfoAsync()).NextOccurrence);
        await Schedules.ResumeAsync("s");
        Assert.Equal(Nine.AddMinutes(30), (await InfoAsync()).NextOccurrence);
    }

    [Fact]
    public async Task Remove_ItsTasks_StayAndCanFinish()
    {
        await AddAsync("0 * * * *");
        await AdvanceAsync(TimeSpan.FromHours(1));

        await Schedules.RemoveAsync("s");

        Assert.Null(await Schedules.GetAsync("s"));
        await AddAsync("30 * * * *");
        var task = await CheckoutAsync();
        Assert.Equal("s", task.Schedule);
        Assert.True(await Queue.CompleteAsync(task.Lease));
        Assert.Empty(await Schedules.GetRunsAsync("s"));
        await Queue.Control.RetryAsync(task.Id);
    }

    [Fact]
    public async Task Runs_TellTheOutcomesAlsoPastAPrune()
    {
        await AddAsync("0 * * * *", s => s with { Task = s.Task with { MaxAttempts = 1 } });
        await FailNextAsync();
        await AdvanceAsync(TimeSpan.FromHours(1));
        await Queue.CompleteAsync((await CheckoutAsync()).Lease);
        await AdvanceAsync(TimeSpan.FromHours(1));

        await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero));

        var runs = await Schedules.GetRunsAsync("s");
        Assert.Equal([TaskOutcome.None, TaskOutcome.Succeeded, TaskOutcome.Failed], runs.Select(run => run.Outcome));
        Assert.Equal([null, Nine.AddHours(2), Nine.AddHours(1)], runs.Select(run => run.FinishedAt));
        Assert.Equal([Nine.AddHours(3), Nine.AddHours(2), Nine.AddHours(1)], runs.Select(run => run.OccursAt));
        Assert.Single(await Schedules.GetRunsAsync("s", 1));
    }

    [Fact]
    public async Task Runs_RemovedBeforeItRan_CountsAsCancelled()
    {
        await AddAsync("0 * * * *", s => s with { Overlap = OverlapPolicy.Skip });
        await AdvanceAsync(TimeSpan.FromHours(1));
        await Queue.Control.RemoveAsync([(await TasksAsync())[0].Id]);

        await AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal([TaskOutcome.None, TaskOutcome.Cancelled], (await Schedules.GetRunsAsync("s")).Select(run => run.Outcome));
        Assert.Equal([Nine.AddHours(2)], await OccurrencesAsync());
    }

    [Fact]
    public async Task Runs_Many_KeepTheNewestHundredAndTheUnfinished()
    {
        await AddAsync("* * * * * *", s => s with { Missed = MissedRunPolicy.FireAll, MissedRunLimit = 1_000, Task = s.Task with { LeaseDuration = TimeSpan.FromHours(24) } });
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        var first = await CheckoutAsync();
        for (var round = 0; round < 3; round++)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(60));
            foreach (var task in await Queue.CheckoutAsync(Worker(), 1_000))
            {
                await Queue.CompleteAsync(task.Lease);
            }
        }

        await AdvanceAsync(TimeSpan.FromSeconds(1));

        var runs = await Schedules.GetRunsAsync("s", 1_000);
        Assert.Equal(101, runs.Count);
        Assert.Equal(first.Id, runs[^1].Task);
    }

    [Fact]
    public async Task DedupKey_Taken_StandsForTheRun()
    {
        await AddAsync("0 * * * *", s => s with { Task = s.Task with { DedupKey = "one" } });
        await AdvanceAsync(TimeSpan.FromHours(1));
        await AdvanceAsync(TimeSpan.FromHours(1));
        var task = await CheckoutAsync();
        await Queue.CompleteAsync(task.Lease);

        await AdvanceAsync(TimeSpan.FromHours(1));

        var runs = await Schedules.GetRunsAsync("s");
        Assert.Equal(
            [ScheduleRunResult.Enqueued, ScheduleRunResult.Deduplicated, ScheduleRunResult.Enqueued], runs.Select(run => run.Result));
        Assert.Equal([TaskOutcome.None, TaskOutcome.None, TaskOutcome.Succeeded], runs.Select(run => run.Outcome));
        Assert.Equal(task.Id, runs[1].Task);
    }

    [Fact]
    public async Task Template_DelayAndHolds_CountFromTheFiring()
    {
        await AddAsync("0 * * * *", s => s with { Task = s.Task with { Delay = TimeSpan.FromMinutes(5) } });
        await Schedules.AddAsync(new NewSchedule("held", "0 * * * *", new NewTask("held") { RequiresApproval = true }));

        await AdvanceAsync(TimeSpan.FromHours(1));

        var tasks = await TasksAsync();
        Assert.Equal([TaskHolds.Approval, TaskHolds.NotBefore], tasks.Select(task => task.Holds).OrderDescending());
        Assert.Equal(Nine.AddHours(1).AddMinutes(5), tasks.Single(task => task.Schedule == "s").NotBefore);
    }

    [Fact]
    public async Task Add_WhatCannotBe_NamesTheArgument()
    {
        async Task RefusesAsync(string argument, Func<NewSchedule, NewSchedule> settings) => Assert.Equal(
            argument, (await Assert.ThrowsAnyAsync<ArgumentException>(() => AddAsync("0 * * * *", settings))).ParamName);

        await RefusesAsync("Name", s => s with { Name = "a b" });
        await RefusesAsync("Name", s => s with { Name = "" });
        await RefusesAsync("Expression", s => s with { Expression = "0 0 30 2 *" });
        await RefusesAsync("Expression", s => s with { Expression = new string('*', 300) });
        await RefusesAsync("TimeZone", s => s with { TimeZone = "Mars/Base" });
        await RefusesAsync("EndsAt", s => s with { EndsAt = Nine });
        await RefusesAsync("EndsAt", s => s with { StartsAt = Nine.AddDays(2), EndsAt = Nine.AddDays(1) });
        await RefusesAsync("Missed", s => s with { Missed = (MissedRunPolicy)9 });
        await RefusesAsync("MissedRunLimit", s => s with { MissedRunLimit = 0 });
        await RefusesAsync("MissedRunLimit", s => s with { MissedRunLimit = 1_001 });
        await RefusesAsync("MissedAfter", s => s with { MissedAfter = TimeSpan.FromSeconds(-1) });
        await RefusesAsync("Overlap", s => s with { Overlap = (OverlapPolicy)9 });
        await RefusesAsync("Overlap", s => s with { Overlap = OverlapPolicy.Queue, Task = new NewTask("a") { RunNow = true } });
        await RefusesAsync("Jitter", s => s with { Jitter = TimeSpan.FromHours(25) });
        await RefusesAsync("PauseAfterFailures", s => s with { PauseAfterFailures = -1 });
        await RefusesAsync("Task", s => s with { Task = null! });
        await RefusesAsync("Task", s => s with { Task = new NewTask("a") { NotBefore = Nine } });
        await RefusesAsync("Task", s => s with { Task = new NewTask("a") { After = [new TaskId(1)] } });
        await RefusesAsync("Type", s => s with { Task = new NewTask("a b") });
        await RefusesAsync("Metadata", s => s with { Task = new NewTask("a") { Metadata = Enumerable.Range(0, 63).ToDictionary(i => $"{i}", _ => "") } });

        Assert.Empty(await Schedules.ListAsync());
        await AddAsync("0 * * * *");
        await RefusesAsync("Name", s => s);
    }

    [Fact]
    public async Task Calls_UnknownName_AreNotFound()
    {
        Func<Task>[] calls =
        [
            () => Schedules.EditAsync("gone", new ScheduleEdit()).AsTask(),
            () => Schedules.PauseAsync("gone").AsTask(),
            () => Schedules.ResumeAsync("gone").AsTask(),
            () => Schedules.RunNowAsync("gone").AsTask(),
            () => Schedules.RemoveAsync("gone").AsTask(),
            () => Schedules.GetNextAsync("gone", 1).AsTask(),
            () => Schedules.GetRunsAsync("gone").AsTask(),
        ];

        foreach (var call in calls)
        {
            Assert.Equal("gone", (await Assert.ThrowsAsync<ScheduleNotFoundException>(call)).Schedule);
        }

        Assert.Null(await Schedules.GetAsync("gone"));
    }

    [Fact]
    public async Task List_SettingsOfAll_AreWhatWasGiven()
    {
        var schedule = new NewSchedule("b", "*/5 1-3 * * MON", new NewTask("work", Utf8("p")) { Group = "g", DedupKey = "k", DedupScope = DedupScope.Forever, Stashed = true })
        {
            TimeZone = "America/New_York",
            StartsAt = Nine.AddDays(1),
            EndsAt = Nine.AddDays(100),
            Missed = MissedRunPolicy.FireAll,
            MissedRunLimit = 7,
            MissedAfter = TimeSpan.FromSeconds(5),
            Overlap = OverlapPolicy.Queue,
            Jitter = TimeSpan.FromSeconds(30),
            PauseAfterFailures = 3,
        };
        await Schedules.AddAsync(schedule);
        await Schedules.AddAsync(new NewSchedule("a", "@daily", new NewTask("other")));

        var list = await Schedules.ListAsync();

        Assert.Equal(["a", "b"], list.Select(info => info.Name));
        var stored = list[1].Schedule;
        Assert.Equal("p", Encoding.UTF8.GetString(stored.Task.Payload.Span));
        Assert.Equal(schedule with { Task = stored.Task }, stored);
        Assert.Equal(schedule.Task with { Payload = stored.Task.Payload, After = stored.Task.After }, stored.Task);
    }

    [Fact]
    public async Task GetNext_IsWhatThenHappens()
    {
        await AddAsync("*/20 * * * *", s => s with { Jitter = TimeSpan.FromMinutes(5), Missed = MissedRunPolicy.FireAll });
        var preview = await Schedules.GetNextAsync("s", 12);
        Assert.Equal(preview, Schedules.Preview((await InfoAsync()).Schedule, 12));

        foreach (var (occursAt, firesAt) in preview)
        {
            await AdvanceAsync(firesAt - Time.GetUtcNow());
            Assert.Equal(occursAt, (await OccurrencesAsync())[^1]);
        }

        Assert.Equal(preview.Select(occurrence => occurrence.OccursAt), await OccurrencesAsync());
        Assert.All(await Schedules.GetRunsAsync("s"), run => Assert.Contains(preview, occurrence => (occurrence.OccursAt, occurrence.FiresAt) == (run.OccursAt, run.FiredAt)));
    }

    [Fact]
    public async Task Declare_New_IsCreatedAndAgainUnchanged()
    {
        Assert.Equal(ScheduleDeclaration.Created, await Schedules.DeclareAsync(Hourly()));
        Assert.Equal(ScheduleDeclaration.Unchanged, await Schedules.DeclareAsync(Hourly()));

        Assert.True((await InfoAsync()).Declared);
    }

    [Fact]
    public async Task Declare_SameAgain_KeepsEditsPausesAndCadence()
    {
        await Schedules.DeclareAsync(Hourly());
        await Schedules.EditAsync("s", new ScheduleEdit { Expression = "15 * * * *" });
        await Schedules.PauseAsync("s", "by ann");
        await ReopenAsync();

        Assert.Equal(ScheduleDeclaration.Unchanged, await Schedules.DeclareAsync(Hourly()));

        var info = await InfoAsync();
        Assert.Equal(("15 * * * *", true, "by ann"), (info.Schedule.Expression, info.Paused, info.PauseReason));
    }

    [Fact]
    public async Task Declare_Changed_IsSetAsAWholeAndStaysPaused()
    {
        await Schedules.DeclareAsync(Hourly());
        await Schedules.EditAsync("s", new ScheduleEdit { Task = new NewTask("edited") });
        await Schedules.PauseAsync("s", "by ann");

        Assert.Equal(ScheduleDeclaration.Changed, await Schedules.DeclareAsync(Hourly() with { Expression = "30 * * * *" }));

        var info = await InfoAsync();
        Assert.Equal(("30 * * * *", "work", true, "by ann"), (info.Schedule.Expression, info.Schedule.Task.Type, info.Paused, info.PauseReason));
        await Schedules.ResumeAsync("s");
        Assert.Equal(Nine.AddMinutes(30), (await InfoAsync()).NextOccurrence);
    }

    [Fact]
    public async Task Declare_OnlyTheTemplateChanged_KeepsTheNextOccurrence()
    {
        await Schedules.DeclareAsync(Hourly());
        Time.Advance(TimeSpan.FromMinutes(61));

        await Schedules.DeclareAsync(Hourly() with { Task = new NewTask("work", Utf8("other payload")) });

        Assert.Equal(Nine.AddHours(1), (await CheckoutAsync()).OccursAt);
    }

    [Fact]
    public async Task Declare_OtherNames_AreLeftAlone()
    {
        // Two versions of an application, each with a schedule that the other does not know.
        await Schedules.DeclareAsync(Hourly());
        await Schedules.DeclareAsync(Hourly() with { Name = "old" });
        await using var other = await Fixture.OpenAsync();

        await other.Schedules.DeclareAsync(Hourly());
        await other.Schedules.DeclareAsync(Hourly() with { Name = "new" });

        Assert.Equal(["new", "old", "s"], (await Schedules.ListAsync()).Select(info => info.Name));
    }

    [Fact]
    public async Task Declare_MadeByHand_TakesItOver()
    {
        await AddAsync("15 * * * *");
        Assert.False((await InfoAsync()).Declared);

        Assert.Equal(ScheduleDeclaration.Changed, await Schedules.DeclareAsync(Hourly()));

        Assert.Equal("0 * * * *", (await InfoAsync()).Schedule.Expression);
    }

    [Fact]
    public async Task Declare_AtOnceByManyQueues_MakesOne()
    {
        await using var other = await Fixture.OpenAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () => await (i % 2 == 0 ? Queue : other).Schedules.DeclareAsync(Hourly()))));

        Assert.Single(answers, ScheduleDeclaration.Created);
        Assert.Single(await Schedules.ListAsync());
    }

    [Fact]
    public async Task Declare_EndedMeanwhile_IsNoError()
    {
        Assert.Equal(ScheduleDeclaration.Created, await Schedules.DeclareAsync(Hourly() with { EndsAt = Nine.AddDays(-1) }));

        Assert.True((await InfoAsync()).Ended);
    }

    [Fact]
    public async Task Everything_IsThereAfterAReopen()
    {
        await AddAsync("0 * * * *", s => s with { Task = s.Task with { MaxAttempts = 1 } });
        await FailNextAsync();
        var before = await InfoAsync();
        var runs = await Schedules.GetRunsAsync("s");

        await ReopenAsync();

        var after = await InfoAsync();
        Assert.Equal(
            (before.NextOccurrence, before.NextFireAt, before.LastOccurrence, before.ConsecutiveFailures, before.CreatedAt),
            (after.NextOccurrence, after.NextFireAt, after.LastOccurrence, after.ConsecutiveFailures, after.CreatedAt));
        Assert.Equal(runs, await Schedules.GetRunsAsync("s"));
    }

    [Fact]
    public async Task ManySchedules_OneOccurrenceOfEach_AllFireInOneSweep()
    {
        const int Count = 1_100;
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => Schedules.AddAsync(new NewSchedule($"s{i}", "0 * * * *", new NewTask("work"))).AsTask()));

        await AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(Count, (await Queue.Inspector.CountAsync()).Total.Queued);
    }

    [Fact]
    public async Task ManySchedules_DueAtOnce_AllFireInChunks()
    {
        for (var i = 0; i < 12; i++)
        {
            await Schedules.AddAsync(new NewSchedule($"s{i}", "* * * * * *", new NewTask("work")) { Missed = MissedRunPolicy.FireAll, MissedRunLimit = 200 });
        }

        await AdvanceAsync(TimeSpan.FromSeconds(200));

        Assert.Equal(12 * 200, (await Queue.Inspector.CountAsync()).Total.Queued);
    }

    private static NewSchedule Hourly() => new("s", "0 * * * *", new NewTask("work"));

    private async Task AddAsync(string expression, Func<NewSchedule, NewSchedule>? settings = null)
    {
        var schedule = Hourly() with { Expression = expression };
        await Schedules.AddAsync(settings?.Invoke(schedule) ?? schedule);
    }

    private async Task AdvanceAsync(TimeSpan by)
    {
        Time.Advance(by);
        await Queue.ReapExpiredAsync();
    }

    private async Task FailNextAsync()
    {
        await AdvanceAsync(TimeSpan.FromHours(1));
        await Queue.FailAsync((await CheckoutAsync()).Lease, new TaskFailure("boom\n   at Somewhere()"));
    }

    private async Task<ScheduleInfo> InfoAsync() => await Schedules.GetAsync("s") ?? throw new InvalidOperationException("The schedule is gone.");

    private async Task<IReadOnlyList<TaskInfo>> TasksAsync() =>
        [.. (await Queue.Inspector.QueryAsync(new TaskQuery { Limit = 10_000 })).Tasks.OrderBy(task => task.Id.Value)];

    private async Task<IReadOnlyList<DateTimeOffset>> OccurrencesAsync() => [.. (await TasksAsync()).Select(task => task.OccursAt!.Value)];
}
