using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Who asked for what: recorded with the task and in the log of the queue, by those who give a name, and bounded.</summary>
public abstract class RequestConformance : ConformanceTest
{
    private ITaskControl Alice => Queue.Control.As("alice");

    [Fact]
    public async Task Requests_OfEachKind_AreKeptWithTheTaskInOrder()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { Delay = TimeSpan.FromHours(1) });
        await Alice.StashAsync(id);
        await Alice.UnstashAsync(id);
        Time.Advance(TimeSpan.FromSeconds(1));
        await Queue.Control.As("bob").EditAsync(id, new TaskEdit { Priority = 5, Group = "mail", Label = "l", Payload = Utf8("secret"), MaxAttempts = 4, After = [] });
        await Alice.RunNowAsync(id);
        await Alice.CancelAsync(id, "not needed");
        await Alice.RetryAsync(id, withDependents: true);
        await Alice.CancelTreeAsync(id);

        var requests = await Queue.Inspector.GetRequestsAsync(id);

        Assert.Equal(
            [
                (QueueRequestKind.Stash, "alice", null, null),
                (QueueRequestKind.Unstash, "alice", null, null),
                (QueueRequestKind.Edit, "bob", null, "priority = 5, group = mail, label = l, attempts = 4, no dependencies, payload"),
                (QueueRequestKind.RunNow, "alice", null, null),
                (QueueRequestKind.Cancel, "alice", "not needed", null),
                (QueueRequestKind.Retry, "alice", null, "with dependents"),
                (QueueRequestKind.CancelTree, "alice", null, (string?)null),
            ],
            requests.Select(request => (request.Kind, request.By, request.Reason, request.Change)));
        Assert.All(requests, request => Assert.Equal([id], request.Tasks));
        Assert.Equal(requests.OrderBy(request => request.Number), requests);
        Assert.Equal(TimeSpan.FromSeconds(1), requests[2].At - requests[1].At);
        Assert.Equal(Time.GetUtcNow(), requests[^1].At);
    }

    [Fact]
    public async Task Requests_WithoutAName_AreNotRecorded()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.Control.StashAsync(id);
        await Queue.Groups.PauseAsync("default");

        Assert.Empty(await Queue.Inspector.GetRequestsAsync(id));
        Assert.Empty(await Queue.Inspector.GetRequestLogAsync());
    }

    [Fact]
    public async Task Requests_Refused_AreNotRecorded()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.Control.CancelAsync(id);

        await Assert.ThrowsAsync<TaskStateException>(async () => await Alice.StashAsync(id));
        await Assert.ThrowsAsync<TaskNotFoundException>(async () => await Alice.StashAsync(new TaskId(99)));
        Assert.Equal(CancelResult.AlreadyFinished, await Alice.CancelAsync(id));

        Assert.Empty(await Queue.Inspector.GetRequestLogAsync());
    }

    [Fact]
    public async Task Requests_MoreThanTwentyOfATask_KeepsTheLatest()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        for (var i = 1; i <= 25; i++)
        {
            await Queue.Control.As($"user{i}").EditAsync(id, new TaskEdit { Priority = i });
        }

        Assert.Equal(
            Enumerable.Range(6, 20).Select(i => $"user{i}"), (await Queue.Inspector.GetRequestsAsync(id)).Select(request => request.By));
        Assert.Equal(25, (await Queue.Inspector.GetRequestLogAsync()).Count);
    }

    [Fact]
    public async Task Requests_TaskRemoved_AreFoundInTheLog()
    {
        var ids = await Queue.EnqueueAsync([new NewTask("a"), new NewTask("b"), new NewTask("c"), new NewTask("d")]);
        await Alice.StashAsync(ids[1]);
        await Queue.Control.As("bob").RemoveAsync([ids[3], ids[0], ids[1]]);

        var requests = await Queue.Inspector.GetRequestsAsync(ids[1]);

        Assert.Equal([(QueueRequestKind.Stash, "alice"), (QueueRequestKind.Remove, "bob")], requests.Select(request => (request.Kind, request.By)));
        Assert.Equal([ids[0], ids[1], ids[3]], requests[1].Tasks);
        Assert.Empty(await Queue.Inspector.GetRequestsAsync(ids[2]));
    }

    [Fact]
    public async Task Requests_TaskPruned_GoWithIt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Alice.CancelAsync(id);
        Time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(1, await Queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.FromDays(1))));

        Assert.Equal(QueueRequestKind.Cancel, Assert.Single(await Queue.Inspector.GetRequestsAsync(id)).Kind);
        Assert.True((await Queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Requests_RemovalOfMoreThanAThousand_NamesThemAll()
    {
        var ids = await Queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("work"), 2_500)]);

        await Alice.RemoveAsync(ids);

        var log = await Queue.Inspector.GetRequestLogAsync();
        Assert.Equal(ids, log.Reverse().SelectMany(request => request.Tasks));
        Assert.All(log, request => Assert.InRange(request.Tasks.Count, 1, 1_000));
    }

    [Fact]
    public async Task RequestLog_MoreThanAThousand_KeepsTheLatestInPages()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        for (var i = 0; i < 505; i++)
        {
            await Alice.StashAsync(id);
            await Alice.UnstashAsync(id);
        }

        var numbers = new List<long>();
        for (long? before = null; ;)
        {
            var page = await Queue.Inspector.GetRequestLogAsync(300, before);
            if (page.Count == 0)
            {
                break;
            }

            numbers.AddRange(page.Select(request => request.Number));
            before = page[^1].Number;
        }

        Assert.Equal(Enumerable.Range(11, 1_000).Reverse().Select(number => (long)number), numbers);
    }

    [Fact]
    public async Task RequestLog_GroupsAndDecisions_AreInIt()
    {
        var groups = Queue.Groups.As("carol");
        await groups.EnsureAsync("mail", 2);
        await groups.SetParallelismAsync("mail", 3);
        await groups.SetPauseOnFailureAsync("mail", true);
        await groups.PauseAsync("mail");
        await groups.ResumeAsync("mail");
        await groups.RemoveAsync("mail");
        var approved = await Queue.EnqueueAsync(new NewTask("work") { RequiresApproval = true });
        var rejected = await Queue.EnqueueAsync(new NewTask("work") { RequiresApproval = true });
        await Queue.Control.ApproveAsync(approved, "dave", "fine");
        await Queue.Control.RejectAsync(rejected, "dave", "no");

        var log = await Queue.Inspector.GetRequestLogAsync();

        Assert.Equal(
            [
                (QueueRequestKind.GroupSet, "carol", "mail", null, "parallelism = 2"),
                (QueueRequestKind.GroupSet, "carol", "mail", null, "parallelism = 3"),
                (QueueRequestKind.GroupSet, "carol", "mail", null, "pause on failure = on"),
                (QueueRequestKind.GroupPause, "carol", "mail", null, null),
                (QueueRequestKind.GroupResume, "carol", "mail", null, null),
                (QueueRequestKind.GroupRemove, "carol", "mail", null, null),
                (QueueRequestKind.Approve, "dave", null, "fine", null),
                (QueueRequestKind.Reject, "dave", null, "no", (string?)null),
            ],
            log.Reverse().Select(request => (request.Kind, request.By, request.Group, request.Reason, request.Change)));
        Assert.Equal([approved], log[1].Tasks);
        Assert.Equal("dave", Assert.Single(await Queue.Inspector.GetRequestsAsync(rejected)).By);
    }

    [Fact]
    public async Task RequestLog_GroupCreatedUnlessItExists_HasTheOneThatCreatedIt()
    {
        Assert.True(await Queue.Groups.As("carol").CreateAsync("mail", 2));
        Assert.False(await Queue.Groups.As("dave").CreateAsync("mail", 3));
        Assert.True(await Queue.Groups.As("dave").CreateAsync("free"));

        Assert.Equal(
            [("dave", "free", null), ("carol", "mail", "parallelism = 2")],
            (await Queue.Inspector.GetRequestLogAsync()).Select(request => (request.By, request.Group, request.Change)));
    }

    [Fact]
    public async Task Requests_QueueReopened_AreStillThere()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Alice.StashAsync(id);

        await ReopenAsync();

        Assert.Equal("alice", Assert.Single(await Queue.Inspector.GetRequestsAsync(id)).By);
    }
}
