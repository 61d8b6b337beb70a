using System.Text.Json;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Queries in words: what each finds, in which order, and how they page.</summary>
public abstract class FilterBasics : ConformanceTest
{
    [Fact]
    public async Task Filter_Empty_FindsEveryTask()
    {
        var ids = await EnqueueAsync(new NewTask("a"), new NewTask("b"));

        Assert.Equal(ids, await FindAsync(""));
    }

    [Fact]
    public async Task Filter_Numbers_AreCompared()
    {
        var ids = await EnqueueAsync(new NewTask("a") { Priority = -5 }, new NewTask("a"), new NewTask("a") { Priority = 7 }, new NewTask("a") { Priority = 7 });

        Assert.Equal([ids[1]], await FindAsync($"id={ids[1]}"));
        Assert.Equal([ids[0], ids[2], ids[3]], await FindAsync($"id!={ids[1]}"));
        Assert.Equal([ids[0]], await FindAsync($"id<{ids[1]}"));
        Assert.Equal([ids[0], ids[1]], await FindAsync($"id<={ids[1]}"));
        Assert.Equal([ids[2], ids[3]], await FindAsync($"id>{ids[1]}"));
        Assert.Equal([ids[1], ids[2], ids[3]], await FindAsync($"id>={ids[1]}"));
        Assert.Equal([ids[0], ids[3]], await FindAsync($"id in ({ids[3]},{ids[0]},987654)"));
        Assert.Equal([ids[1], ids[2]], await FindAsync($"id not in ({ids[3]},{ids[0]})"));
        Assert.Equal([ids[0]], await FindAsync("priority<0"));
        Assert.Equal([ids[2], ids[3]], await FindAsync("priority>=7"));
        Assert.Equal([ids[0], ids[2], ids[3]], await FindAsync("priority!=0"));
        Assert.Equal([ids[0], ids[1]], await FindAsync("priority in (-5, 0)"));
    }

    [Fact]
    public async Task Filter_WhatKeepsAQueuedTaskFromStarting_IsFoundByItsWord()
    {
        await Queue.Groups.EnsureAsync("paused");
        await Queue.Groups.EnsureAsync("full", 1);
        var ids = await EnqueueAsync(
            new NewTask("a") { Group = "paused" }, new NewTask("a") { Group = "full" }, new NewTask("a") { Group = "full" }, new NewTask("b"), new NewTask("a") { Group = "full", Stashed = true });
        await Queue.Groups.PauseAsync("paused");
        var leased = await Queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["a"] });
        Assert.Equal(ids[1], leased!.Id);

        Assert.Equal([ids[0]], await FindAsync("status=group-paused"));
        Assert.Equal([ids[2]], await FindAsync("status=group-full"));
        Assert.Equal([ids[3]], await FindAsync("status=no-worker"));
        Assert.Equal([ids[0], ids[2]], await FindAsync("status in (group_paused, groupfull)"));
        Assert.Equal([ids[2], ids[3], ids[4]], await FindAsync("status=queued and status!=group-paused"));
        Assert.Empty(await FindAsync("status=doomed or status=budget"));
    }

    [Fact]
    public async Task Filter_Attempt_IsThatOfTheTask()
    {
        var ids = await EnqueueAsync(new NewTask("a"), new NewTask("b") { Retry = RetryPolicy.Immediate });
        var lease = await Queue.TakeAsync(ids[1]);
        Assert.True(await Queue.FailAsync(lease.Lease, new TaskFailure("no")));
        await Queue.TakeAsync(ids[1]);

        Assert.Equal([ids[0]], await FindAsync("attempt=0"));
        Assert.Equal([ids[1]], await FindAsync("attempt>1"));
    }

    [Fact]
    public async Task Filter_Texts_AreComparedLetterByLetter()
    {
        var ids = await EnqueueAsync(
            new NewTask("mail.send") { Group = "ml", Label = "sweep/1" },
            new NewTask("mail.sort") { Group = "ml-2", Label = "Sweep 100%" },
            new NewTask("report") { Label = "it's [x]_\"y\"" },
            new NewTask("report"));

        Assert.Equal([ids[0]], await FindAsync("group=ml"));
        Assert.Equal([ids[0], ids[1]], await FindAsync("group~ml"));
        Assert.Equal([ids[2], ids[3]], await FindAsync("group!=ml and not group=ml-2"));
        Assert.Equal([ids[0], ids[1]], await FindAsync("type~mail."));
        Assert.Equal([ids[2], ids[3]], await FindAsync("type in (report, other)"));
        Assert.Equal([ids[0], ids[1]], await FindAsync("type<n"));
        Assert.Equal([ids[2], ids[3]], await FindAsync("type>=report"));
        Assert.Equal([ids[0]], await FindAsync("label=sweep/1"));
        Assert.Equal([ids[0]], await FindAsync("label~sweep"));
        Assert.Equal([ids[0], ids[1]], await FindAsync("label~weep"));
        Assert.Equal([ids[1]], await FindAsync("label~'100%'"));
        Assert.Equal([ids[1]], await FindAsync("label~%"));
        Assert.Equal([ids[2]], await FindAsync("label~_"));
        Assert.Equal([ids[2]], await FindAsync("label='it''s [x]_\"y\"'"));
        Assert.Equal([ids[0], ids[2]], await FindAsync("label in (sweep/1, 'it''s [x]_\"y\"')"));
        Assert.Empty(await FindAsync("label=SWEEP/1"));
        Assert.Empty(await FindAsync("group=nowhere"));
    }

    [Fact]
    public async Task Filter_FieldThatATaskDoesNotHave_MeetsNothingButItsOpposite()
    {
        var ids = await EnqueueAsync(new NewTask("a"), new NewTask("a") { Label = "x" });

        Assert.Equal([ids[0]], await FindAsync("label=none"));
        Assert.Equal([ids[1]], await FindAsync("label!=none"));
        Assert.Equal([ids[0]], await FindAsync("label!=x"));
        Assert.Equal([ids[0]], await FindAsync("not label~x"));
        Assert.Equal([ids[1]], await FindAsync("label<y"));
        Assert.Equal([ids[0]], await FindAsync("not label<y"));
        Assert.Empty(await FindAsync("label=none and label=x"));
        Assert.Empty(await FindAsync("label=''"));
        Assert.Equal(ids, await FindAsync("ended=none and started=none and duration=none and command=none and after=none"));
        Assert.Empty(await FindAsync("ended<now or ended>=now or duration>=0 or started<now"));
        Assert.Equal(ids, await FindAsync("not ended<now and ended!=today"));
    }

    [Fact]
    public async Task Filter_Times_AreThoseOfTheTask()
    {
        var first = await Queue.EnqueueAsync(new NewTask("a"));
        Time.Advance(TimeSpan.FromHours(1));
        await Queue.TakeAsync(first);
        Time.Advance(TimeSpan.FromHours(1));
        var second = await Queue.EnqueueAsync(new NewTask("a"));
        await Queue.Control.CancelAsync(second);
        Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal([first], await FindAsync("enqueued<-2h"));
        Assert.Equal([second], await FindAsync("enqueued>-2h"));
        Assert.Equal([first], await FindAsync("started=-2h"));
        Assert.Equal([first], await FindAsync("started>=-2h and started<=-2h"));
        Assert.Equal([second], await FindAsync("started=none"));
        Assert.Equal([second], await FindAsync("ended>-90m"));
        Assert.Equal([second], await FindAsync("ended=today"));
        Assert.Equal([first], await FindAsync("ended!=today"));
        Assert.Equal([first, second], await FindAsync("enqueued=today"));
        Assert.Equal([first, second], await FindAsync("enqueued in (yesterday, today)"));
        Assert.Equal([first, second], await FindAsync("enqueued>=today and enqueued<tomorrow"));
        Assert.Empty(await FindAsync("enqueued<today or enqueued=yesterday"));
        Assert.Equal([first], await FindAsync($"enqueued<={Time.GetUtcNow().AddHours(-3):yyyy-MM-dd'T'HH:mm:ss}Z"));
    }

    [Fact]
    public async Task Filter_Duration_IsThatOfTheAttemptThatRanOrRuns()
    {
        var ids = await EnqueueAsync(new NewTask("quick"), new NewTask("slow"), new NewTask("runs"), new NewTask("never"), new NewTask("again"));
        var quick = await Queue.TakeAsync(ids[0]);
        var slow = await Queue.TakeAsync(ids[1]);
        var again = await Queue.TakeAsync(ids[4]);
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await Queue.CompleteAsync(quick.Lease));
        Assert.True(await Queue.ReleaseAsync(again.Lease));
        await Queue.TakeAsync(ids[2]);
        Time.Advance(TimeSpan.FromSeconds(50));
        Assert.True(await Queue.FailAsync(slow.Lease, new TaskFailure("no") { Permanent = true }));
        await Queue.Control.CancelAsync(ids[3]);
        await Queue.Control.CancelAsync(ids[4]);
        Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([ids[0]], await FindAsync("duration=10s"));
        Assert.Equal([ids[1], ids[2]], await FindAsync("duration=1m"));
        Assert.Equal([ids[2]], await FindAsync("duration in (50, 60) and status=running"));
        Assert.Equal([ids[1], ids[2]], await FindAsync("duration>10"));
        Assert.Equal([ids[0]], await FindAsync("duration<=10s"));
        Assert.Equal([ids[3], ids[4]], await FindAsync("duration=none"));
        Assert.Equal([ids[2], ids[1], ids[0], ids[4], ids[3]], await FindAsync("order by duration desc"));
    }

    [Fact]
    public async Task Filter_Command_IsTheCommandLineOrItsArguments()
    {
        var ids = await EnqueueAsync(
            Command(new { commandLine = "rm -rf 'build dir'" }),
            Command(new { arguments = new[] { "git", "commit", "-m", "a \"b\" é" } }),
            new NewTask("other", JsonSerializer.SerializeToUtf8Bytes(new { commandLine = "rm" })),
            new NewTask("command", "no json {"u8.ToArray()),
            new NewTask("command"),
            new NewTask("command", new byte[] { 0xff, 0xfe, 0, 1 }),
            new NewTask("command", "[1,2]"u8.ToArray()),
            Command(new { commandLine = (string?)null, arguments = Array.Empty<string>() }));

        Assert.Equal([ids[0]], await FindAsync("command~rm"));
        Assert.Equal([ids[0]], await FindAsync("command='rm -rf ''build dir'''"));
        Assert.Equal([ids[1]], await FindAsync("command~'commit -m'"));
        Assert.Equal([ids[1]], await FindAsync("command='git commit -m a \"b\" é'"));
        Assert.Equal([ids[1], ids[0]], await FindAsync("command!=none order by command"));
        Assert.Equal(ids.Skip(2), await FindAsync("command=none"));
    }

    [Fact]
    public async Task Filter_NotAndOr_Combine()
    {
        var ids = await EnqueueAsync(
            new NewTask("a") { Group = "x", Priority = 1 }, new NewTask("a") { Group = "y", Priority = 1 },
            new NewTask("b") { Group = "x" }, new NewTask("b") { Group = "y" });

        Assert.Equal([ids[0], ids[2], ids[3]], await FindAsync("group=x or type=b and priority=0"));
        Assert.Equal([ids[2], ids[3]], await FindAsync("(group=x or type=b) and priority=0"));
        Assert.Equal([ids[1]], await FindAsync("not (group=x or type=b)"));
        Assert.Equal([ids[1], ids[2], ids[3]], await FindAsync("not (group=x and type=a)"));
        Assert.Equal([ids[0]], await FindAsync("not (not group=x or not type=a)"));
    }

    [Fact]
    public async Task Filter_WithOtherConditions_BothHold()
    {
        var ids = await EnqueueAsync(
            new NewTask("a") { Group = "x", Label = "l" }, new NewTask("a") { Group = "y", Label = "l" }, new NewTask("a") { Group = "x", Label = "m" });

        Assert.Equal([ids[0]], await Queue.ReadPagesAsync(Query("group=x") with { Label = "l" }));
        Assert.Equal([ids[2]], await Queue.ReadPagesAsync(Query("label=m") with { Ids = ids, States = [TaskState.Queued] }));
        Assert.Empty(await Queue.ReadPagesAsync(Query("label=m") with { Label = "l" }));
        Assert.Empty(await Queue.ReadPagesAsync(Query("status=queued order by ended") with { States = [TaskState.Done] }));
    }

    [Theory]
    [InlineData("'; DROP TABLE task; --")]
    [InlineData("' OR 1=1 --")]
    [InlineData("\" OR \"\"=\"")]
    [InlineData("@f0")]
    [InlineData("x\\'; SELECT 1; --")]
    [InlineData("[\"a\"]")]
    [InlineData("%")]
    [InlineData("${x}")]
    public async Task Filter_InjectedText_IsOnlyText(string text)
    {
        var hostile = await Queue.EnqueueAsync(new NewTask("a") { Label = text });
        var other = await Queue.EnqueueAsync(new NewTask("a") { Label = "plain" });
        var quoted = $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

        Assert.Equal([hostile], await FindAsync($"label={quoted}"));
        Assert.Equal([hostile], await FindAsync($"label~{quoted}"));
        Assert.Equal([hostile], await FindAsync($"label in ({quoted}, x)"));
        Assert.Equal([other], await FindAsync($"label!={quoted}"));
        foreach (var field in new[] { "group", "type", "command" })
        {
            Assert.Empty(await FindAsync($"{field}={quoted} or {field}~{quoted} and id=0"));
        }

        Assert.Equal([hostile, other], await FindAsync(""));
    }

    [Fact]
    public async Task Filter_AsLargeAsItMayBe_IsAnswered()
    {
        var ids = await EnqueueAsync(new NewTask("a"), new NewTask("b"));

        Assert.Equal(ids, await FindAsync($"id in ({string.Join(',', Enumerable.Range(1, 10_000))})"));
        Assert.Equal([ids[0]], await FindAsync($"type in (a{string.Concat(Enumerable.Range(0, 9_999).Select(i => $",x{i}"))})"));
        Assert.Equal(ids, await FindAsync($"enqueued in (today{string.Concat(Enumerable.Repeat(",yesterday", 9_999))})"));
        Assert.Equal([ids[1]], await FindAsync(string.Join(" or ", Enumerable.Repeat("(status=failed and label=x)", 99)) + " or type=b"));
        Assert.Equal(ids, await FindAsync(string.Join(" and ", Enumerable.Repeat("not (label=x or type=c)", 100))));

        // As deep as parentheses go, "and" and "or" by turns, each with its opposite.
        var deep = "type=b";
        for (var depth = 0; depth < 5; depth++)
        {
            deep = $"not (type=x or not (type!=y and {deep}))";
        }

        Assert.Equal([ids[1]], await FindAsync(deep));
    }

    [Theory]
    [InlineData("id")]
    [InlineData("status")]
    [InlineData("group")]
    [InlineData("label")]
    [InlineData("type")]
    [InlineData("command")]
    [InlineData("priority")]
    [InlineData("attempt")]
    [InlineData("enqueued")]
    [InlineData("started")]
    [InlineData("ended")]
    [InlineData("duration")]
    public async Task Order_ByAnyField_IsTheSameByPages(string field)
    {
        await EnqueueMixedAsync();
        foreach (var direction in new[] { "asc", "desc" })
        {
            var query = $"order by {field} {direction}";
            var tasks = await ReadAsync(query, 1_000);
            var expected = InOrder(tasks, field, direction == "desc");

            Assert.Equal(expected, tasks.Select(task => task.Id));
            Assert.Equal(24, tasks.Count);
            foreach (var pageSize in new[] { 1, 5, 24 })
            {
                Assert.Equal(expected, await Queue.ReadPagesAsync(Query(query) with { Limit = pageSize }));
            }

            Assert.Equal(
                expected.Where(id => id.Value % 2 == 0),
                await Queue.ReadPagesAsync(Query($"id in ({string.Join(',', tasks.Where(task => task.Id.Value % 2 == 0).Select(task => task.Id))}) {query}") with { Limit = 3 }));
        }
    }

    [Theory]
    [InlineData("limit 7")]
    [InlineData("order by ended desc limit 7")]
    [InlineData("order by ended limit 23")]
    [InlineData("order by group limit 7")]
    [InlineData("order by started desc limit 7")]
    [InlineData("order by id desc limit 1")]
    [InlineData("limit 1000")]
    public async Task Limit_CountsOverAllPages(string query)
    {
        await EnqueueMixedAsync();
        var limit = Math.Min(24, TaskFilter.Parse(query, Time).Limit!.Value);
        var whole = (await ReadAsync(query[..query.IndexOf("limit", StringComparison.Ordinal)], 1_000)).Select(task => task.Id).Take(limit).ToList();

        foreach (var pageSize in new[] { 1, 3, 7, 10, 100 })
        {
            Assert.Equal(whole, await Queue.ReadPagesAsync(Query(query) with { Limit = pageSize }));
        }
    }

    [Fact]
    public async Task Limit_WithTheOrderOfTheQuery_KeepsIt()
    {
        await EnqueueMixedAsync();
        foreach (var order in Enum.GetValues<TaskOrder>())
        {
            var whole = await Queue.ReadPagesAsync(new TaskQuery { Order = order });
            Assert.Equal(whole.Take(5), await Queue.ReadPagesAsync(Query("limit 5") with { Order = order, Limit = 2 }));
        }
    }

    [Fact]
    public async Task Order_TasksChangeBetweenPages_GoesOnBehindTheCursor()
    {
        var ids = await EnqueueAsync([.. Enumerable.Range(0, 12).Select(number => new NewTask("a") { Label = $"l{number % 4}" })]);

        // Each page's last task is gone when the next is read.
        var seen = new List<TaskId>();
        var query = Query("order by label desc") with { Limit = 3 };
        TaskPage page;
        do
        {
            page = await Queue.Inspector.QueryAsync(query);
            seen.AddRange(page.Tasks.Select(task => task.Id));
            await Queue.Control.RemoveAsync([page.Tasks[^1].Id]);
            query = query with { Cursor = page.Next };
        }
        while (page.Next is not null);

        Assert.Equal(ids.Select((id, i) => (Id: id, Label: i % 4)).OrderByDescending(item => item.Label).ThenByDescending(item => item.Id.Value).Select(item => item.Id), seen);
    }

    [Fact]
    public async Task Order_ByDurationOfRunningTasks_StandsStillFromPageToPage()
    {
        var ids = new List<TaskId>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(await Queue.EnqueueAsync(new NewTask($"t{i}")));
            await Queue.TakeAsync(ids[i]);
            Time.Advance(TimeSpan.FromSeconds(10));
        }

        // 5 minutes pass between the pages: measured anew, every task would be behind the place again.
        var seen = await Queue.ReadPagesAsync(Query("order by duration") with { Limit = 2 }, _ =>
        {
            Time.JumpWallClock(TimeSpan.FromMinutes(5));
            return Task.CompletedTask;
        });

        Assert.Equal(ids.AsEnumerable().Reverse(), seen);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("||")]
    [InlineData("a|5|n1")]
    [InlineData("-1|5|n1")]
    [InlineData("1|x|n1")]
    [InlineData("1|5|nx")]
    [InlineData("1|5|z")]
    [InlineData("'; DROP TABLE task; --|5|t")]
    public async Task Cursor_ThatNoPageGave_IsRefused(string? key)
    {
        await EnqueueAsync(new NewTask("a"));

        var error = await Assert.ThrowsAsync<ArgumentException>(
            async () => await Queue.Inspector.QueryAsync(Query("order by group") with { Cursor = new TaskCursor(1) { Key = key } }));

        Assert.Contains("Cursor", error.Message, StringComparison.Ordinal);
    }

    private static NewTask Command(object payload) => new("command", JsonSerializer.SerializeToUtf8Bytes(payload));

    private TaskQuery Query(string text) => new() { Filter = TaskFilter.Parse(text, Time, TimeZoneInfo.Utc) };

    private protected Task<IReadOnlyList<TaskId>> FindAsync(string query) => Queue.ReadPagesAsync(Query(query) with { Limit = 3 });

    /// <summary>Without the helpers that some outcomes need.</summary>
    private protected Task<IReadOnlyList<TaskId>> FindSubjectsAsync(string query) => FindAsync($"({query}) and type!=to.be.cancelled");

    private async Task<IReadOnlyList<TaskInfo>> ReadAsync(string query, int limit) =>
        (await Queue.Inspector.QueryAsync(Query(query) with { Limit = limit })).Tasks;

    private protected async Task<IReadOnlyList<TaskId>> EnqueueAsync(params NewTask[] tasks) => await Queue.EnqueueAsync(tasks);

    private protected async Task<SortedList<TaskOutcome, TaskId>> EnqueueEveryOutcomeAsync()
    {
        var ids = new SortedList<TaskOutcome, TaskId>();
        foreach (var outcome in QueueSteps.Outcomes)
        {
            ids.Add(outcome, await Queue.EnqueueEndedAsync(Time, outcome));
        }

        return ids;
    }

    /// <summary>24 tasks that differ in everything, with many equal values: queued, running and ended in another order than enqueued.</summary>
    private async Task EnqueueMixedAsync()
    {
        var ids = new List<TaskId>();
        for (var i = 0; i < 24; i++)
        {
            var task = i % 5 == 0 ? Command(new { commandLine = $"echo {i % 3}" }) : new NewTask($"t{i % 4}");
            ids.Add(await Queue.EnqueueAsync(task with { Group = $"g{i % 3}", Label = i % 3 == 0 ? null : $"l{i % 2}", Priority = i % 7 - 3 }));
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        var leases = new List<LeasedTask>();
        for (var i = 0; i < 14; i++)
        {
            leases.Add((await Queue.CheckoutAsync(Worker()))!);
            Time.Advance(TimeSpan.FromSeconds(i % 3));
        }

        foreach (var lease in leases.Take(9).Reverse())
        {
            Assert.True(await Queue.CompleteAsync(lease.Lease));
        }

        await Queue.Control.CancelAsync((await ReadAsync("status=queued order by id desc", 1))[0].Id);
    }

    /// <summary>The order in words: by the value, then by id, both the same way; tasks without the value last.</summary>
    private IEnumerable<TaskId> InOrder(IReadOnlyList<TaskInfo> tasks, string field, bool descending)
    {
        var now = Time.GetUtcNow();
        IComparable? Value(TaskInfo task) => field switch
        {
            "status" => task.State,
            "group" => task.Group,
            "label" => task.Label,
            "type" => task.Type,
            "command" => task.Type == "command" ? $"echo {(task.Id.Value - 1) % 3}" : null,
            "priority" => task.Priority,
            "attempt" => task.Attempt,
            "started" => task.StartedAt,
            "ended" => task.FinishSequence,
            "duration" => task.State == TaskState.CheckedOut ? now - task.StartedAt : task.State == TaskState.Done ? task.FinishedAt - task.StartedAt : null,
            _ => task.Id.Value,
        };
        var present = tasks.Where(task => Value(task) is not null);
        var absent = tasks.Where(task => Value(task) is null);
        return descending
            ? [.. present.OrderByDescending(Value).ThenByDescending(task => task.Id.Value).Select(task => task.Id), .. absent.OrderByDescending(task => task.Id.Value).Select(task => task.Id)]
            : [.. present.OrderBy(Value).ThenBy(task => task.Id.Value).Select(task => task.Id), .. absent.OrderBy(task => task.Id.Value).Select(task => task.Id)];
    }
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class FilterConformance : FilterBasics
{
    [Fact]
    public async Task Filter_States_FindTasksInThem()
    {
        var ids = await EnqueueEveryOutcomeAsync();
        var queued = await Queue.EnqueueAsync(new NewTask("waits"));
        var running = await Queue.EnqueueAsync(new NewTask("runs"));
        await Queue.TakeAsync(running);

        Assert.Equal([queued], await FindSubjectsAsync("status=queued"));
        Assert.Equal([running], await FindSubjectsAsync("status=running"));
        Assert.Equal([running], await FindSubjectsAsync("status=checkedout"));
        Assert.Equal([ids[TaskOutcome.Succeeded]], await FindSubjectsAsync("status=done"));
        TaskOutcome[] failed = [TaskOutcome.Failed, TaskOutcome.TimedOut, TaskOutcome.Abandoned, TaskOutcome.DependencyFailed, TaskOutcome.Rejected];
        Assert.Equal(failed.Select(outcome => ids[outcome]), await FindSubjectsAsync("status=failed"));
        Assert.Equal([ids[TaskOutcome.Cancelled], ids[TaskOutcome.Killed]], await FindSubjectsAsync("status=cancelled"));
        Assert.Equal([queued, running], await FindSubjectsAsync("status=unfinished"));
        Assert.Equal(ids.Values, await FindSubjectsAsync("status=finished"));
        Assert.Equal(ids.Values, await FindSubjectsAsync("status!=unfinished"));
        Assert.Equal([ids[TaskOutcome.Succeeded], queued], await FindSubjectsAsync("status in (done, queued)"));
        Assert.Empty(await FindSubjectsAsync("status=done and status=failed"));
    }

    [Fact]
    public async Task Filter_Outcomes_FindTasksThatEndedSo()
    {
        var ids = await EnqueueEveryOutcomeAsync();

        foreach (var outcome in QueueSteps.Outcomes.Where(outcome => outcome is not (TaskOutcome.Failed or TaskOutcome.Cancelled)))
        {
            Assert.Equal([ids[outcome]], await FindSubjectsAsync($"status={outcome}"));
            Assert.Equal(ids.Values.Where(id => id != ids[outcome]), await FindSubjectsAsync($"status!={outcome}"));
        }

        Assert.Equal([ids[TaskOutcome.TimedOut], ids[TaskOutcome.Killed]], await FindSubjectsAsync("status in (timed-out, killed)"));
        Assert.Equal([ids[TaskOutcome.Failed]], await FindSubjectsAsync("status=failed and status not in (timedout, abandoned, dependencyfailed, rejected)"));
        Assert.Equal([ids[TaskOutcome.Succeeded], ids[TaskOutcome.Killed]], await FindSubjectsAsync("status in (done, killed)"));
    }

    [Fact]
    public async Task Filter_Holds_FindTasksHeldNow()
    {
        var parent = await Queue.EnqueueAsync(new NewTask("a"));
        var ids = await EnqueueAsync(
            new NewTask("a") { After = [parent] },
            new NewTask("a") { Delay = TimeSpan.FromMinutes(1) },
            new NewTask("a") { Stashed = true },
            new NewTask("a") { RequiresApproval = true, Stashed = true });

        Assert.Equal([ids[0]], await FindAsync("status=dependencies"));
        Assert.Equal([ids[1]], await FindAsync("status=not-before"));
        Assert.Equal([ids[2], ids[3]], await FindAsync("status=stashed"));
        Assert.Equal([ids[3]], await FindAsync("status=approval"));
        Assert.Equal([parent], await FindAsync("status=ready"));
        Assert.Equal([parent, ids[0]], await FindAsync("status in (ready, dependencies)"));
        Assert.Equal([parent, ids[0], ids[1]], await FindAsync("status!=stashed"));
        Assert.Equal(ids, await FindAsync("status!=ready"));

        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([parent, ids[1]], await FindAsync("status=ready"));
        Assert.Empty(await FindAsync("status=notbefore"));
    }

    [Fact]
    public async Task Filter_After_FindsTheTasksThatWaitOrWaited()
    {
        var parents = await EnqueueAsync(new NewTask("p"), new NewTask("p"));
        var ids = await EnqueueAsync(
            new NewTask("a") { After = [parents[0]] }, new NewTask("a") { After = [parents[0], parents[1]] }, new NewTask("a") { After = [parents[1]] });

        Assert.Equal([ids[0], ids[1]], await FindAsync($"after={parents[0]}"));
        Assert.Equal(ids, await FindAsync($"after in ({parents[0]}, {parents[1]})"));
        Assert.Equal([.. parents, ids[2]], await FindAsync($"after!={parents[0]}"));
        Assert.Equal(parents, await FindAsync("after=none"));
        Assert.Equal(ids, await FindAsync("after!=none"));
        Assert.Equal([ids[1]], await FindAsync($"after={parents[0]} and after={parents[1]}"));

        await Queue.SucceedAsync(parents[0]);
        Assert.Equal([ids[0], ids[1]], await FindAsync($"after={parents[0]}"));
    }
}
