using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Queries with a limit on what they may search, and the order in which tasks run.</summary>
public abstract class SearchConformance : ConformanceTest
{
    private const int Tasks = 120;

    /// <summary>Queries in words, each in an order that continues where a limit stopped it.</summary>
    private static readonly string[] Searches =
    [
        "", "type=b", "status=stashed", "status=approval", "status=not-before", "status=ready", "status=queued", "status=running", "status=failed and group=ml", "status=succeeded",
        "label=l", "label=l and priority>0", "id>40 and type=a", "after=1", "ended=none", "type=none-such", "status=queued and status=done",
        "group=ml order by id desc", "type=b order by ended", "type=b order by ended desc", "type=a limit 7", "priority>0 order by enqueued limit 11",
    ];

    [Theory]
    [InlineData(TaskOrder.Enqueued)]
    [InlineData(TaskOrder.EnqueuedDescending)]
    [InlineData(TaskOrder.Finished)]
    [InlineData(TaskOrder.FinishedDescending)]
    [InlineData(TaskOrder.Run)]
    public async Task ReadLimit_SmallOne_PagesAreTogetherWhatOneWithoutALimitIs(TaskOrder order)
    {
        await FillAsync();
        foreach (var words in Searches)
        {
            var query = new TaskQuery { Filter = TaskFilter.Parse(words, Time, TimeZoneInfo.Utc), Order = order };
            var expected = await FindAsync(query with { Limit = 1_000 });

            foreach (var (limit, rows) in new[] { (1_000, 1_000), (1_000, 7), (3, 5), (5, 3), (1, 1) })
            {
                var found = await FindAsync(query with { Limit = limit, ReadLimit = new ReadLimit { MaxRows = rows } });
                Assert.True(expected.SequenceEqual(found), $"'{words}', {limit} of {rows}: {string.Join(' ', found)} instead of {string.Join(' ', expected)}");
            }
        }
    }

    [Fact]
    public async Task ReadLimit_NothingFoundInIt_GivesAnEmptyPageThatContinues()
    {
        await FillAsync();
        var last = await Queue.EnqueueAsync(new NewTask("rare"));
        var query = new TaskQuery { Types = ["rare"], ReadLimit = new ReadLimit { MaxRows = 50 } };

        var pages = new List<TaskPage> { await Queue.Inspector.QueryAsync(query) };
        while (pages[^1].Next is { } next)
        {
            pages.Add(await Queue.Inspector.QueryAsync(query with { Cursor = next }));
        }

        Assert.Equal([0, 0, 1], pages.Select(page => page.Tasks.Count));
        Assert.Equal(last, pages[^1].Tasks[0].Id);
        Assert.Equal([new SearchedTasks(50, false), new SearchedTasks(50, false), new SearchedTasks(Tasks + 1 - 100, true)], pages.Select(page => page.Searched));
    }

    [Fact]
    public async Task ReadLimit_None_SaysNothingOfTheSearch()
    {
        await FillAsync();

        Assert.Null((await Queue.Inspector.QueryAsync(new TaskQuery())).Searched);
    }

    [Fact]
    public async Task ReadLimit_FullPage_IsComplete()
    {
        await FillAsync();

        var page = await Queue.Inspector.QueryAsync(new TaskQuery { Limit = 10, ReadLimit = new ReadLimit { MaxRows = 10 } });

        Assert.Equal(10, page.Tasks.Count);
        Assert.Equal(new SearchedTasks(10, true), page.Searched);
        Assert.NotNull(page.Next);
    }

    [Fact]
    public async Task ReadLimit_OrderOfAField_SortsTheNewestThatItSearched()
    {
        await FillAsync();
        var query = new TaskQuery { Filter = TaskFilter.Parse("order by priority desc limit 20", Time, TimeZoneInfo.Utc), Limit = 8 };
        var everything = await FindAsync(query);
        Assert.Equal(everything, await FindAsync(query with { ReadLimit = new ReadLimit { MaxRows = 1_000 } }));

        var newest = (await FindAsync(new TaskQuery { Order = TaskOrder.EnqueuedDescending, Limit = 12 }, pages: 1)).ToHashSet();
        var page = await Queue.Inspector.QueryAsync(query with { Limit = 20, ReadLimit = new ReadLimit { MaxRows = 12 } });

        Assert.Equal(newest, page.Tasks.Select(task => task.Id).ToHashSet());
        Assert.Equal(page.Tasks.OrderByDescending(task => task.Priority).Select(task => task.Priority), page.Tasks.Select(task => task.Priority));
        Assert.Equal(new SearchedTasks(12, false), page.Searched);
        Assert.Null(page.Next);
    }

    [Theory]
    [InlineData(0, 100, "MaxRows")]
    [InlineData(1_000_001, 100, "MaxRows")]
    [InlineData(1, 0, "MaxTime")]
    [InlineData(1, 60_001, "MaxTime")]
    public async Task ReadLimit_OutOfRange_IsRefused(int rows, int milliseconds, string named)
    {
        var limit = new ReadLimit { MaxRows = rows, MaxTime = TimeSpan.FromMilliseconds(milliseconds) };

        var e = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Inspector.QueryAsync(new TaskQuery { ReadLimit = limit }));

        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_Cancelled_ThrowsAndTheNextOneWorks()
    {
        await FillAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Queue.Inspector.QueryAsync(new TaskQuery(), cancelled.Token));

        Assert.Equal(Tasks, (await Queue.Inspector.QueryAsync(new TaskQuery { Limit = 1_000 })).Tasks.Count);
    }

    /// <summary>Twice as many rows as a store may need to get from what runs to the tasks.</summary>
    [Theory]
    [InlineData(TaskOrder.Enqueued)]
    [InlineData(TaskOrder.EnqueuedDescending)]
    public async Task Running_AmongManyQueued_IsFoundWithoutLookingAtThem(TaskOrder order)
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("other"), 2_000)]);
        await Queue.EnqueueAsync(new NewTask("runs"));
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("other"), 2_000)]);
        await Queue.EnqueueAsync(new NewTask("runs"));
        var running = await Queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["runs"] }, 2);
        await Queue.SuspendAsync(running[1].Lease);
        var limit = new ReadLimit { MaxRows = 256 };

        foreach (var query in new[] { new TaskQuery { States = [TaskState.CheckedOut] }, new TaskQuery { Filter = TaskFilter.Parse("status=running", Time, TimeZoneInfo.Utc) } })
        {
            var page = await Queue.Inspector.QueryAsync(query with { Order = order, ReadLimit = limit });

            Assert.Equal(running.Select(task => task.Id).ToHashSet(), page.Tasks.Select(task => task.Id).ToHashSet());
            Assert.Null(page.Next);
            Assert.True(page.Searched!.Complete);
        }
    }

    [Fact]
    public async Task RunOrder_ReadyTasks_IsTheOrderOfCheckouts()
    {
        for (var i = 0; i < 60; i++)
        {
            await Queue.EnqueueAsync(new NewTask($"type{i % 3}") { Group = $"group{i % 4}", Priority = i * 7 % 5, RunNow = i % 20 == 19 });
        }

        var expected = await FindAsync(new TaskQuery { Order = TaskOrder.Run, Limit = 7 });

        var taken = new List<TaskId>();
        while (await Queue.CheckoutAsync(Worker()) is { } task)
        {
            taken.Add(task.Id);
            Assert.True(await Queue.CompleteAsync(task.Lease));
        }

        Assert.Equal(60, taken.Count);
        Assert.Equal(taken, expected);
    }

    [Fact]
    public async Task RunOrder_WhatCannotStart_ComesLast()
    {
        NewTask work = new("work");
        var stashed = await Queue.EnqueueAsync(work with { Stashed = true, Priority = 9 });
        var late = await Queue.EnqueueAsync(work with { Delay = TimeSpan.FromMinutes(9), Priority = 9 });
        var soon = await Queue.EnqueueAsync(work with { Delay = TimeSpan.FromMinutes(1), Stashed = true });
        var paused = await Queue.EnqueueAsync(work with { Group = "paused", Priority = 9 });
        var urgent = await Queue.EnqueueAsync(work with { Group = "paused", RunNow = true });
        var full = await Queue.EnqueueAsync(work with { Group = "full", Priority = 5 });
        var waiting = await Queue.EnqueueAsync(work with { Group = "full", Priority = 4 });
        var plain = await Queue.EnqueueAsync(work with { Group = "open" });
        var blocked = await Queue.EnqueueAsync(work with { After = [plain], Priority = 9 });
        await Queue.Groups.PauseAsync("paused");
        await Queue.Groups.SetParallelismAsync("full", 1);
        await Queue.TakeAsync(full);
        TaskId[] expected = [urgent, waiting, plain, paused, soon, late, stashed, blocked];

        foreach (var limit in new[] { 1, 3, 100 })
        {
            Assert.Equal(expected, await FindAsync(new TaskQuery { Order = TaskOrder.Run, Limit = limit }));
            Assert.Equal(expected, await FindAsync(new TaskQuery { Order = TaskOrder.Run, Limit = limit, ReadLimit = new ReadLimit { MaxRows = 2 } }));
        }

        Assert.Equal([waiting, plain, paused], await FindAsync(new TaskQuery { Order = TaskOrder.Run, Limit = 2, Filter = TaskFilter.Parse("status=ready and id!=" + urgent, Time, TimeZoneInfo.Utc) }));
        Assert.Empty(await FindAsync(new TaskQuery { Order = TaskOrder.Run, States = [TaskState.CheckedOut] }));
        Assert.Equal([urgent, waiting], await FindAsync(new TaskQuery { Order = TaskOrder.Run, Filter = TaskFilter.Parse("limit 2", Time, TimeZoneInfo.Utc), Limit = 1 }));
    }

    [Fact]
    public async Task RunOrder_BudgetOfATypeUsedUp_ComesAfterWhatCanStart()
    {
        await Queue.Budgets.SetAsync(BudgetTarget.Type("dear"), new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromMinutes(1)) });
        var dear = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("dear") { Priority = 5 }, 2)]);
        var cheap = await Queue.EnqueueAsync(new NewTask("cheap"));
        Assert.Equal([.. dear, cheap], await FindAsync(new TaskQuery { Order = TaskOrder.Run }));

        await Queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["dear"] }, 2);

        Assert.Equal([cheap, dear[1]], await FindAsync(new TaskQuery { Order = TaskOrder.Run }));
    }

    [Fact]
    public async Task RunOrder_TasksComeAndGo_NextPageHasWhatStandsBehindTheLast()
    {
        var ids = await Queue.EnqueueAsync([.. Enumerable.Range(0, 12).Select(i => new NewTask($"type{i % 2}"))]);
        var query = new TaskQuery { Order = TaskOrder.Run, Limit = 4 };
        var first = await Queue.Inspector.QueryAsync(query);
        Assert.Equal(ids.Take(4), first.Tasks.Select(task => task.Id));

        await Queue.CheckoutAsync(Worker(), 6);
        var early = await Queue.EnqueueAsync(new NewTask("type0") { Priority = 1 });
        var late = await Queue.EnqueueAsync(new NewTask("type0"));

        Assert.Equal([.. ids.Skip(6), late], await FindAsync(query with { Cursor = first.Next }));
        Assert.Equal(early, (await Queue.Inspector.QueryAsync(query)).Tasks[0].Id);
    }

    [Theory]
    [InlineData(TaskOrder.Run, null)]
    [InlineData(TaskOrder.Run, "||")]
    [InlineData(TaskOrder.Run, "|0|t9/0/0/0")]
    [InlineData(TaskOrder.Run, "|0|n5")]
    public async Task Cursor_OfAnotherOrder_IsRefused(TaskOrder order, string? key)
    {
        var query = new TaskQuery { Order = order, Cursor = new TaskCursor(1) { Key = key } };

        await Assert.ThrowsAsync<ArgumentException>(async () => await Queue.Inspector.QueryAsync(query));
    }

    private async Task FillAsync()
    {
        await Queue.Groups.EnsureAsync("ml");
        var first = await Queue.EnqueueAsync(new NewTask("a"));
        for (var i = 1; i < Tasks; i++)
        {
            var id = await Queue.EnqueueAsync(new NewTask(i % 3 == 0 ? "b" : "a")
            {
                Group = i % 5 == 0 ? "ml" : NewTask.DefaultGroup,
                Label = i % 4 == 0 ? "l" : null,
                Priority = i % 7 - 2,
                Stashed = i % 11 == 0,
                RequiresApproval = i % 13 == 0,
                Delay = i % 17 == 0 ? TimeSpan.FromMinutes(200 - i) : null,
                After = i % 19 == 0 ? [first] : [],
                RunNow = i % 23 == 0 && (await GetAsync(first)).State != TaskState.Queued && i % 13 > 0,
            });
            if (i % 2 == 0)
            {
                await EndAsync(i);
            }
        }
    }

    private async Task EndAsync(int i)
    {
        if (await Queue.CheckoutAsync(Worker()) is not { } task)
        {
            return;
        }

        switch (i % 8)
        {
            case 0:
                break;
            case 2:
                await Queue.FailAsync(task.Lease, new TaskFailure("broke") { Permanent = true });
                break;
            case 4:
                await Queue.Control.CancelAsync(task.Id);
                await Queue.ReleaseAsync(task.Lease);
                break;
            default:
                await Queue.CompleteAsync(task.Lease);
                break;
        }
    }

    /// <summary>All pages, or so many. A page never searches more than it may.</summary>
    private async Task<List<TaskId>> FindAsync(TaskQuery query, int pages = int.MaxValue)
    {
        var ids = new List<TaskId>();
        for (var page = 0; page < pages; page++)
        {
            var read = await Queue.Inspector.QueryAsync(query);
            ids.AddRange(read.Tasks.Select(task => task.Id));
            Assert.True(read.Tasks.Count <= query.Limit);
            Assert.True(query.ReadLimit is not { } limit || read.Searched!.Rows <= limit.MaxRows);
            if (read.Next is not { } next)
            {
                break;
            }

            query = query with { Cursor = next };
        }

        return ids;
    }
}
