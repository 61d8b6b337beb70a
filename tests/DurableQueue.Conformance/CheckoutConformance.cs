using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Which task a checkout takes, and what it gives with it.</summary>
public abstract class CheckoutBasics : ConformanceTest
{
    [Fact]
    public async Task Checkout_EmptyQueue_AnswersNullAtOnce()
    {
        var answer = Queue.CheckoutAsync(Worker()).AsTask();

        Assert.Null(await answer.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Empty(await Queue.CheckoutAsync(Worker(), 10));
    }

    [Fact]
    public async Task Checkout_ReadyTask_GivesAllThatIsNeededToRunIt()
    {
        var enqueuedAt = Time.GetUtcNow();
        var id = await Queue.EnqueueAsync(new NewTask("mail.send", Utf8("hello"))
        {
            Group = "mail",
            Label = "greeting",
            Priority = 4,
            MaxAttempts = 5,
            Timeout = TimeSpan.FromMinutes(2),
            Metadata = new Dictionary<string, string> { ["tenant"] = "blue" },
        });
        Time.Advance(TimeSpan.FromSeconds(30));

        var task = await CheckoutAsync();

        Assert.Equal(id, task.Id);
        Assert.Equal("mail.send", task.Type);
        Assert.Equal(Utf8("hello").ToArray(), task.Payload.ToArray());
        Assert.Equal("mail", task.Group);
        Assert.Equal("greeting", task.Label);
        Assert.Equal(4, task.Priority);
        Assert.Equal(1, task.Attempt);
        Assert.Equal(5, task.MaxAttempts);
        Assert.Equal(TimeSpan.FromMinutes(2), task.Timeout);
        Assert.Equal("blue", task.Metadata["tenant"]);
        Assert.Equal(enqueuedAt, task.EnqueuedAt);
        Assert.Equal(id, task.Lease.TaskId);
        Assert.Equal(TimeSpan.FromSeconds(300), task.LeaseDuration);
        Assert.Equal(Time.GetUtcNow().AddSeconds(300), task.Lease.ExpiresAt);
    }

    [Fact]
    public async Task Checkout_ReadyTask_IsRecorded()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        Time.Advance(TimeSpan.FromSeconds(3));
        await CheckoutAsync("worker-7");

        var info = await GetAsync(id);
        Assert.Equal(TaskState.CheckedOut, info.State);
        Assert.Equal("worker-7", info.Worker);
        Assert.Equal(1, info.Attempt);
        Assert.Equal(Time.GetUtcNow(), info.StartedAt);
        Assert.Equal(Time.GetUtcNow().AddSeconds(300), info.LeaseExpiresAt);
        Assert.Null(info.FinishedAt);
        Assert.Equal(1, (await Queue.Groups.GetAsync("default"))?.Running);
    }

    [Fact]
    public async Task Checkout_TakenTask_IsNotOfferedAgain()
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        await CheckoutAsync("w1");

        Assert.Null(await Queue.CheckoutAsync(Worker("w1")));
        Assert.Null(await Queue.CheckoutAsync(Worker("w2")));
    }

    [Fact]
    public async Task Checkout_OneByOne_TakesHigherPriorityFirstThenOldestAcrossGroups()
    {
        var ids = await EnqueueMixedAsync();

        var order = new List<TaskId>();
        while (await Queue.CheckoutAsync(Worker()) is { } task)
        {
            order.Add(task.Id);
        }

        Assert.Equal([ids[2], ids[3], ids[5], ids[0], ids[4], ids[1]], order);
    }

    [Fact]
    public async Task Checkout_Many_ComesInCheckoutOrder()
    {
        var ids = await EnqueueMixedAsync();

        var tasks = await Queue.CheckoutAsync(Worker(), 100);

        Assert.Equal([ids[2], ids[3], ids[5], ids[0], ids[4], ids[1]], tasks.Select(task => task.Id));
    }

    [Fact]
    public async Task Checkout_MoreReadyThanAskedFor_TakesTheBestOnly()
    {
        var ids = await EnqueueMixedAsync();

        var tasks = await Queue.CheckoutAsync(Worker(), 3);

        Assert.Equal([ids[2], ids[3], ids[5]], tasks.Select(task => task.Id));
        Assert.Equal(3, (await Queue.Inspector.CountAsync()).Total.Queued);
    }

    [Fact]
    public async Task Checkout_Many_LeasesAreDistinctAndAllWork()
    {
        await EnqueueMixedAsync();

        var tasks = await Queue.CheckoutAsync(Worker(), 6);

        Assert.Equal(6, tasks.Select(task => task.Id).Distinct().Count());
        foreach (var task in tasks)
        {
            Assert.True(await Queue.CompleteAsync(task.Lease));
        }

        Assert.Equal(6, (await Queue.Inspector.CountAsync()).Total.Done);
    }

    [Fact]
    public async Task Checkout_GroupsGiven_TakesFromTheseOnly()
    {
        await Queue.EnqueueAsync(new NewTask("a") { Group = "one", Priority = 9 });
        var two = await Queue.EnqueueAsync(new NewTask("a") { Group = "two" });
        var three = await Queue.EnqueueAsync(new NewTask("a") { Group = "three", Priority = 1 });

        var tasks = await Queue.CheckoutAsync(Worker() with { Groups = ["two", "three", "absent"] }, 10);

        Assert.Equal([three, two], tasks.Select(task => task.Id));
    }

    [Fact]
    public async Task Checkout_UnknownGroupOnly_AnswersNullAndMakesNoGroup()
    {
        await Queue.EnqueueAsync(new NewTask("a"));

        Assert.Null(await Queue.CheckoutAsync(Worker() with { Groups = ["absent"] }));
        Assert.Null(await Queue.Groups.GetAsync("absent"));
    }

    [Fact]
    public async Task Checkout_TypesGiven_TakesTheseOnly()
    {
        await Queue.EnqueueAsync(new NewTask("x") { Priority = 9 });
        var y = await Queue.EnqueueAsync(new NewTask("y"));
        var z = await Queue.EnqueueAsync(new NewTask("z") { Priority = 1 });

        var tasks = await Queue.CheckoutAsync(Worker() with { Types = ["y", "z", "never-seen"] }, 10);

        Assert.Equal([z, y], tasks.Select(task => task.Id));
    }

    [Fact]
    public async Task Checkout_TypesDifferInCase_AreDifferent()
    {
        await Queue.EnqueueAsync(new NewTask("Mail"));

        Assert.Null(await Queue.CheckoutAsync(Worker() with { Types = ["mail"] }));
    }

    [Fact]
    public async Task Checkout_GroupsAndTypesGiven_BothMustMatch()
    {
        await Queue.EnqueueAsync(new NewTask("x") { Group = "one" });
        await Queue.EnqueueAsync(new NewTask("y") { Group = "two" });
        var match = await Queue.EnqueueAsync(new NewTask("x") { Group = "two" });

        var tasks = await Queue.CheckoutAsync(Worker() with { Groups = ["two"], Types = ["x"] }, 10);

        Assert.Equal(match, Assert.Single(tasks).Id);
    }

    [Fact]
    public async Task Checkout_SameNameTwiceInTheRequest_TakesEachTaskOnce()
    {
        await Queue.EnqueueAsync([new NewTask("x"), new NewTask("x")]);

        var tasks = await Queue.CheckoutAsync(Worker() with { Groups = ["default", "default"], Types = ["x", "x"] }, 10);

        Assert.Equal(2, tasks.Select(task => task.Id).Distinct().Count());
        Assert.Equal(2, tasks.Count);
    }

    [Fact]
    public async Task Checkout_GroupLimits_FillsUpAcrossGroupsAndStopsAtEachLimit()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.Groups.EnsureAsync("two", 2);
        foreach (var group in new[] { "one", "two", "free" })
        {
            await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a") { Group = group }, 4)]);
        }

        var tasks = await Queue.CheckoutAsync(Worker(), 100);

        Assert.Equal(["one", "two", "two", "free", "free", "free", "free"], tasks.Select(task => task.Group));
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Checkout_FullGroupHasTheBestTask_TakesTheBestOfTheOthers()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.EnqueueAsync([new NewTask("a") { Group = "one", Priority = 9 }, new NewTask("a") { Group = "one", Priority = 9 }]);
        await CheckoutAsync();
        var other = await Queue.EnqueueAsync(new NewTask("a") { Group = "two" });

        Assert.Equal(other, (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Checkout_SlotComesFree_TakesTheNextOfTheGroup()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        var ids = await Queue.EnqueueAsync([new NewTask("a") { Group = "one" }, new NewTask("a") { Group = "one" }]);
        var first = await CheckoutAsync();
        Assert.Null(await Queue.CheckoutAsync(Worker()));

        await Queue.CompleteAsync(first.Lease);

        Assert.Equal(ids[1], (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Checkout_LimitSpansTypes_CountsThemTogether()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        await Queue.EnqueueAsync([new NewTask("x") { Group = "one" }, new NewTask("y") { Group = "one" }]);
        await CheckoutAsync();

        Assert.Null(await Queue.CheckoutAsync(Worker() with { Types = ["y"] }));
    }

    [Fact]
    public async Task Checkout_PausedGroup_OffersNothingOfIt()
    {
        await Queue.EnqueueAsync(new NewTask("a") { Group = "one", Priority = 9 });
        var other = await Queue.EnqueueAsync(new NewTask("a") { Group = "two" });
        await Queue.Groups.PauseAsync("one");

        Assert.Equal(other, (await CheckoutAsync()).Id);
        Assert.Null(await Queue.CheckoutAsync(Worker()));
        await Queue.Groups.ResumeAsync("one");
        Assert.Equal("one", (await CheckoutAsync()).Group);
    }

    [Fact]
    public async Task Checkout_LeaseOfTheRequest_IsUsedAndStored()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));

        var task = await Queue.CheckoutAsync(Worker() with { LeaseDuration = TimeSpan.FromSeconds(42) });

        Assert.NotNull(task);
        Assert.Equal(TimeSpan.FromSeconds(42), task.LeaseDuration);
        Assert.Equal(Time.GetUtcNow().AddSeconds(42), task.Lease.ExpiresAt);
        Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(HeartbeatResult.Renewed, await Queue.HeartbeatAsync(task.Lease));
        Assert.Equal(Time.GetUtcNow().AddSeconds(42), (await GetAsync(id)).LeaseExpiresAt);
    }

    [Fact]
    public async Task Checkout_LeaseOfTheTask_ComesBeforeTheRequestAndIsUsedByHeartbeats()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a") { LeaseDuration = TimeSpan.FromSeconds(7) });

        var task = await Queue.CheckoutAsync(Worker() with { LeaseDuration = TimeSpan.FromMinutes(10) });

        Assert.NotNull(task);
        Assert.Equal(TimeSpan.FromSeconds(7), task.LeaseDuration);
        Assert.Equal(Time.GetUtcNow().AddSeconds(7), task.Lease.ExpiresAt);
        Time.Advance(TimeSpan.FromSeconds(5));
        await Queue.HeartbeatAsync(task.Lease);
        Assert.Equal(Time.GetUtcNow().AddSeconds(7), (await GetAsync(id)).LeaseExpiresAt);
    }

    [Fact]
    public async Task Checkout_NextAttempt_TakesTheLeaseOfItsOwnRequest()
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        var first = await Queue.CheckoutAsync(Worker() with { LeaseDuration = TimeSpan.FromSeconds(42) });
        Assert.NotNull(first);
        await Queue.ReleaseAsync(first.Lease);

        Assert.Equal(TimeSpan.FromSeconds(300), (await CheckoutAsync()).LeaseDuration);
    }

    [Fact]
    public async Task Checkout_AfterFailures_AttemptsCountUpAndTokensRise()
    {
        await Queue.EnqueueAsync(new NewTask("a") { MaxAttempts = 4, Retry = RetryPolicy.Immediate });
        var token = 0L;
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            var task = await CheckoutAsync();
            Assert.Equal(attempt, task.Attempt);
            Assert.True(task.Lease.Token > token);
            token = task.Lease.Token;
            await Queue.FailAsync(task.Lease, new TaskFailure("boom"));
        }

        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }

    [Fact]
    public async Task Checkout_AfterRelease_TokenRisesThoughTheAttemptDoesNot()
    {
        await Queue.EnqueueAsync(new NewTask("a"));
        var first = await CheckoutAsync();
        await Queue.ReleaseAsync(first.Lease);
        var second = await CheckoutAsync();

        Assert.Equal(1, second.Attempt);
        Assert.True(second.Lease.Token > first.Lease.Token);
    }

    [Fact]
    public async Task Checkout_DelayIsOver_PromotesInPriorityOrder()
    {
        var late = await Queue.EnqueueAsync(new NewTask("a") { Priority = 5, Delay = TimeSpan.FromMinutes(1) });
        var now = await Queue.EnqueueAsync(new NewTask("a"));
        Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal([late, now], (await Queue.CheckoutAsync(Worker(), 10)).Select(task => task.Id));
    }

    [Fact]
    public async Task Checkout_ExpiredLease_OffersTheTaskAgain()
    {
        var id = await Queue.EnqueueAsync(new NewTask("a"));
        await CheckoutAsync("gone");
        Time.Advance(TimeSpan.FromSeconds(301));

        var again = await CheckoutAsync("alive");

        Assert.Equal(id, again.Id);
        Assert.Equal(2, again.Attempt);
        Assert.Equal("alive", (await GetAsync(id)).Worker);
    }

    [Fact]
    public async Task Checkout_ExpiredLeaseOfAFullGroup_FreesItsSlotFirst()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        var ids = await Queue.EnqueueAsync([new NewTask("a") { Group = "one" }, new NewTask("a") { Group = "one" }]);
        await CheckoutAsync("gone");
        Time.Advance(TimeSpan.FromSeconds(301));

        Assert.Equal(ids[0], Assert.Single(await Queue.CheckoutAsync(Worker("alive"), 10)).Id);
        await Queue.AssertInvariantsAsync();
    }

    [Fact]
    public async Task Checkout_AfterReopen_GoesOnWhereItWas()
    {
        await Queue.Groups.EnsureAsync("one", 1);
        var ids = await Queue.EnqueueAsync([
            new NewTask("a") { Group = "one" }, new NewTask("a") { Group = "one" }, new NewTask("a") { Group = "two", Priority = 1 },
        ]);
        Assert.Equal(ids[2], (await CheckoutAsync()).Id);
        var held = await CheckoutAsync();
        await ReopenAsync();

        Assert.Null(await Queue.CheckoutAsync(Worker()));
        Assert.True(await Queue.CompleteAsync(held.Lease));
        Assert.Equal(ids[1], (await CheckoutAsync()).Id);
    }

    [Fact]
    public async Task Checkout_ManyAtOnce_GivesEachTaskToOneWorkerOnly()
    {
        await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), 40)]);

        var takers = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var taken = new List<TaskId>();
            while (await Queue.CheckoutAsync(Worker($"w{worker}")) is { } task)
            {
                taken.Add(task.Id);
            }

            return taken;
        }));
        var all = (await Task.WhenAll(takers)).SelectMany(taken => taken).ToList();

        Assert.Equal(40, all.Count);
        Assert.Equal(40, all.Distinct().Count());
    }

    [Fact]
    public async Task Checkout_AlreadyCancelledToken_TakesNothing()
    {
        await Queue.EnqueueAsync(new NewTask("a"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Queue.CheckoutAsync(Worker(), new CancellationToken(canceled: true)));

        Assert.Equal(1, (await Queue.Inspector.CountAsync()).Total.Queued);
    }

    /// <summary>Six tasks; the order of checkout is 2, 3, 5, 0, 4, 1.</summary>
    private async Task<IReadOnlyList<TaskId>> EnqueueMixedAsync() => await Queue.EnqueueAsync([
        new NewTask("x") { Group = "one" },
        new NewTask("y") { Group = "two", Priority = -1 },
        new NewTask("x") { Group = "three", Priority = 10 },
        new NewTask("y") { Group = "one", Priority = 10 },
        new NewTask("z") { Group = "two" },
        new NewTask("x") { Group = "two", Priority = 3 },
    ]);
}

/// <summary>The same, with what needs dependencies, approvals, budgets, schedules or take-overs.</summary>
public abstract class CheckoutConformance : CheckoutBasics
{
    [Fact]
    public async Task Checkout_EverythingHeld_AnswersNull()
    {
        await Queue.EnqueueAsync([
            new NewTask("a") { Delay = TimeSpan.FromHours(1) },
            new NewTask("a") { Stashed = true },
            new NewTask("a") { RequiresApproval = true },
            new NewTask("a") { After = [TaskDependency.OnItem(0)] },
        ]);

        Assert.Null(await Queue.CheckoutAsync(Worker()));
    }
}
