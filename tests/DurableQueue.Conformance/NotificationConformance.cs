using System.Globalization;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Notifications: kept in order, given to each subscriber until it has acknowledged them, bounded.</summary>
public abstract class NotificationConformance : ConformanceTest
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Raise_Notification_IsListedAsGiven()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { Group = "build", Label = "nightly" });

        var number = await Queue.Notifications.RaiseAsync(new NewNotification("output", "said\nso") { TaskId = id, Name = "said", Key = "k", Data = "{}" });

        var listed = Assert.Single(await Queue.Notifications.ListAsync());
        Assert.Equal(
            new TaskNotification(number, "output", "said\nso", Time.GetUtcNow()) { TaskId = id, Name = "said", Group = "build", Label = "nightly", Data = "{}" }, listed);
    }

    [Fact]
    public async Task Raise_Many_NumbersRiseWithoutGaps()
    {
        var raised = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => RaiseAsync($"text {i}")));

        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), raised.Order());
        Assert.Equal(raised.Order(), (await Queue.Notifications.ListAsync()).Select(n => n.Number));
        Assert.Equal([49, 50], (await Queue.Notifications.ListAsync(after: 48)).Select(n => n.Number));
        Assert.Equal([1, 2], (await Queue.Notifications.ListAsync(limit: 2)).Select(n => n.Number));
    }

    [Fact]
    public async Task Raise_SameKey_IsStoredOnceAndUsesNoNumber()
    {
        var first = await RaiseAsync("one", "key");

        Assert.Equal(first, await RaiseAsync("two", "key"));
        Assert.Equal(first + 1, await RaiseAsync("three", "other"));

        Assert.Equal(["one", "three"], (await Queue.Notifications.ListAsync()).Select(n => n.Text));
    }

    [Fact]
    public async Task Raise_LongText_IsCut()
    {
        await RaiseAsync(new string('x', 10_000));

        Assert.Equal(4_096, Assert.Single(await Queue.Notifications.ListAsync()).Text.Length);
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("bad topic", null, null)]
    [InlineData("topic", "", null)]
    [InlineData("topic", null, "nul\0")]
    public async Task Raise_OutOfLimits_IsRefused(string topic, string? key, string? name)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.Notifications.RaiseAsync(new NewNotification(topic, "text") { Key = key, Name = name }));

        Assert.Empty(await Queue.Notifications.ListAsync());
    }

    [Fact]
    public async Task Read_Subscriber_GetsWhatItHasNotAcknowledged()
    {
        await RaiseAsync("one");
        var two = await RaiseAsync("two");
        await RaiseAsync("three");
        Assert.Equal(["one", "two", "three"], await ReadAsync("me"));
        Assert.Equal(["one", "two", "three"], await ReadAsync("me"));

        await Queue.Notifications.AcknowledgeAsync("me", two);

        Assert.Equal(["three"], await ReadAsync("me"));
        Assert.Equal(["one", "two", "three"], await ReadAsync("other"));
    }

    [Fact]
    public async Task Acknowledge_LowerNumber_ChangesNothing()
    {
        await RaiseAsync("one");
        var two = await RaiseAsync("two");
        await Queue.Notifications.AcknowledgeAsync("me", two);

        await Queue.Notifications.AcknowledgeAsync("me", 0);

        Assert.Empty(await ReadAsync("me"));
    }

    [Fact]
    public async Task Acknowledge_BeyondTheNewest_DoesNotSkipWhatComes()
    {
        await RaiseAsync("one");
        await Queue.Notifications.AcknowledgeAsync("me", long.MaxValue);
        await Queue.Notifications.AcknowledgeAsync("early", 7);

        await RaiseAsync("two");

        Assert.Equal(["two"], await ReadAsync("me"));
        Assert.Equal(["two"], await ReadAsync("early"));
    }

    [Fact]
    public async Task Acknowledged_Reopened_IsStillSo()
    {
        var one = await RaiseAsync("one");
        await Queue.Notifications.AcknowledgeAsync("me", one);
        await RaiseAsync("two");

        await ReopenAsync();

        Assert.Equal(["two"], await ReadAsync("me"));
        Assert.Equal([new NotificationSubscriber("me", one, Time.GetUtcNow())], await Queue.Notifications.ListSubscribersAsync());
    }

    [Fact]
    public async Task RemoveSubscriber_Known_GetsEverythingAgain()
    {
        await Queue.Notifications.AcknowledgeAsync("me", await RaiseAsync("one"));

        Assert.True(await Queue.Notifications.RemoveSubscriberAsync("me"));
        Assert.False(await Queue.Notifications.RemoveSubscriberAsync("me"));

        Assert.Equal(["one"], await ReadAsync("me"));
        Assert.Empty(await Queue.Notifications.ListSubscribersAsync());
    }

    [Fact]
    public async Task Subscribe_WasAway_GetsWhatItMissedThenWhatComes()
    {
        await Queue.Notifications.AcknowledgeAsync("me", await RaiseAsync("seen"));
        await RaiseAsync("missed");
        using var stop = new CancellationTokenSource();
        await using var stream = Queue.Notifications.SubscribeAsync("me", stop.Token).GetAsyncEnumerator();

        Assert.Equal("missed", await NextAsync(stream));
        var next = NextAsync(stream);
        await RaiseAsync("new");

        Assert.Equal("new", await next);
        var ended = NextAsync(stream);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended);
    }

    [Fact]
    public async Task Subscribe_RaisedByAnotherQueue_IsTold()
    {
        await using var other = await Fixture.OpenAsync();
        await using var stream = Queue.Notifications.SubscribeAsync("me").GetAsyncEnumerator();
        var next = NextAsync(stream);

        await other.Notifications.RaiseAsync(new NewNotification("topic", "from there"));

        Assert.Equal("from there", await next);
    }

    [Fact]
    public async Task End_OfAnAttemptWithNotification_RaisesItUnlessTheLeaseIsLost()
    {
        await Queue.EnqueueAsync([new NewTask("work"), new NewTask("work")]);
        var (good, bad) = (await CheckoutAsync(), await CheckoutAsync());
        NewNotification Exit(string text) => new("exit", text) { Key = text };

        Assert.Equal([true], await Queue.CompleteAsync([new TaskCompletion(good.Lease) { Notification = Exit("good") }]));
        Assert.True(await Queue.FailAsync(bad.Lease, new TaskFailure("no") { Permanent = true, Notification = Exit("bad") }));
        Assert.Equal([false], await Queue.CompleteAsync([new TaskCompletion(good.Lease) { Notification = Exit("late") }]));
        Assert.False(await Queue.FailAsync(bad.Lease, new TaskFailure("no") { Notification = Exit("late") }));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await Queue.CompleteAsync([new TaskCompletion(good.Lease) { Notification = new NewNotification("", "x") }]));

        Assert.Equal(["good", "bad"], await ReadAsync("me"));
    }

    [Fact]
    public async Task Raise_MoreThanAreKept_DropsTheOldest()
    {
        const int kept = 10_000;
        for (var i = 0; i < kept + 5; i += 1_001)
        {
            await Task.WhenAll(Enumerable.Range(i, Math.Min(1_001, kept + 5 - i)).Select(n => RaiseAsync(n.ToString(CultureInfo.InvariantCulture))));
        }

        var first = Assert.Single(await Queue.Notifications.ReadAsync("me", limit: 1));
        Assert.Equal(6, first.Number);
        Assert.Equal(kept, (await Queue.Notifications.ListAsync(limit: kept)).Count);
    }

    [Fact]
    public async Task Raise_DataOutOfLimits_IsRefused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Queue.Notifications.RaiseAsync(new NewNotification("topic", "text") { Data = new string('x', 65_537) }));

        Assert.Empty(await Queue.Notifications.ListAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_TaskWithWakes_VoidsThoseThatWereNotDelivered(bool runs)
    {
        var (id, other) = (await Queue.EnqueueAsync(new NewTask("work")), await Queue.EnqueueAsync(new NewTask("work") { Stashed = true }));
        var lease = runs ? (await CheckoutAsync()).Lease : default;
        var first = await WakeAsync(id, "delivered");
        await Queue.Notifications.AcknowledgeAsync("quick", first);
        await Queue.Notifications.RaiseAsync(new NewNotification("exit", "end") { TaskId = id });
        await WakeAsync(other, "of another task");
        var last = await WakeAsync(id, "too late", "key");

        await Queue.Control.CancelAsync(id);

        Assert.Equal(["end", "of another task"], await ReadAsync("quick"));
        Assert.Equal(["end", "of another task"], await ReadAsync("slow"));
        Assert.Equal(last, await WakeAsync(id, "again", "key"));
        Assert.Equal(last, await Queue.Notifications.GetLastNumberAsync());
        if (runs)
        {
            Assert.True(await Queue.Notifications.RaiseAsync(lease, new NewNotification("output", "while it stops") { VoidWithTask = true }));
            Assert.True(await Queue.Notifications.RaiseAsync(lease, new NewNotification("exit", "stopped")));
            Assert.Equal(["end", "of another task", "stopped"], await ReadAsync("slow"));
        }

        await ReopenAsync();
        Assert.Equal(last + 1, await Queue.Notifications.RaiseAsync(new NewNotification("topic", "next")) - (runs ? 2 : 0));
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("to be killed")]
    [InlineData("removed")]
    public async Task Raise_VoidWithTaskThatIsGone_IsVoidAtOnce(string gone)
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        if (gone == "to be killed")
        {
            await CheckoutAsync();
        }

        await Queue.Control.CancelAsync(id);
        if (gone == "removed")
        {
            await Queue.Control.RemoveAsync([id]);
        }

        var number = await WakeAsync(id, "too late", "key");
        await Queue.Notifications.RaiseAsync(new NewNotification("exit", "end") { TaskId = id });

        Assert.Equal(["end"], await ReadAsync("me"));
        Assert.Equal(number, await WakeAsync(id, "again", "key"));
    }

    [Fact]
    public async Task Raise_VoidWithTaskAfterRetry_IsDelivered()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await Queue.Control.CancelAsync(id);
        await WakeAsync(id, "too late");
        await Queue.Control.RetryAsync(id);

        await WakeAsync(id, "in time");

        Assert.Equal(["in time"], await ReadAsync("me"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Remove_TaskWithWakes_VoidsThem(bool prune)
    {
        var id = await Queue.EnqueueAsync(new NewTask("work") { Label = "mine" });
        await Queue.CompleteAsync((await CheckoutAsync()).Lease);
        await WakeAsync(id, "output");
        await Queue.Notifications.RaiseAsync(new NewNotification("exit", "end") { TaskId = id });
        Assert.Equal(["output", "end"], await ReadAsync("me"));

        if (prune)
        {
            Time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(1, await Queue.Control.PruneAsync(new RetentionPolicy { Succeeded = TimeSpan.FromMinutes(1) }));
        }
        else
        {
            await Queue.Control.RemoveAsync([id]);
        }

        var left = Assert.Single(await Queue.Notifications.QueryAsync(new NotificationQuery { Labels = ["mine"], Groups = ["default"], Tasks = [id] }));
        Assert.Equal(("end", "mine"), (left.Text, left.Label));
        Assert.Equal(["end"], await ReadAsync("me"));
    }

    [Fact]
    public async Task Cancel_StreamHasReadAhead_DoesNotYieldWhatIsVoid()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        await WakeAsync(id, "one");
        await WakeAsync(id, "two");
        await RaiseAsync("three");
        await using var stream = Queue.Notifications.SubscribeAsync("me").GetAsyncEnumerator();
        Assert.Equal("one", await NextAsync(stream));

        await using var other = await Fixture.OpenAsync();
        await other.Control.CancelAsync(id);

        Assert.Equal("three", await NextAsync(stream));
    }

    [Fact]
    public async Task Query_Conditions_AreAllMet()
    {
        var a = await Queue.EnqueueAsync(new NewTask("work") { Group = "g", Label = "a" });
        var b = await Queue.EnqueueAsync(new NewTask("work") { Group = "g", Label = "b" });
        var c = await Queue.EnqueueAsync(new NewTask("work") { Group = "h", Label = "a" });
        foreach (var id in new[] { a, b, c })
        {
            await Queue.Notifications.RaiseAsync(new NewNotification("output", $"out {id}") { TaskId = id });
            await Queue.Notifications.RaiseAsync(new NewNotification("exit", $"exit {id}") { TaskId = id });
        }

        await RaiseAsync("of no task");

        Assert.Equal([1, 2, 5, 6], await NumbersAsync(new NotificationQuery { Labels = ["a"] }));
        Assert.Equal([1, 2], await NumbersAsync(new NotificationQuery { Labels = ["a"], Groups = ["g"] }));
        Assert.Equal([2, 4], await NumbersAsync(new NotificationQuery { Tasks = [a, b], Topics = ["exit"] }));
        Assert.Equal([6, 7], await NumbersAsync(new NotificationQuery { Topics = ["exit", "topic"], After = 4 }));
        Assert.Equal([5, 6, 7], await NumbersAsync(new NotificationQuery { Newest = true, Limit = 3 }));
        Assert.Equal([3, 4], await NumbersAsync(new NotificationQuery { Tasks = [b], Newest = true }));
        await Queue.Notifications.AcknowledgeAsync("me", 5);
        Assert.Equal([6], await NumbersAsync(new NotificationQuery { Subscriber = "me", Labels = ["a"] }));
        Assert.Empty(await NumbersAsync(new NotificationQuery { Topics = [] }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Notifications.QueryAsync(new NotificationQuery { Limit = 0 }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Queue.Notifications.QueryAsync(new NotificationQuery { Subscriber = "" }));
    }

    [Fact]
    public async Task Follow_FromTheLast_YieldsOnlyNewOnesThatMatch()
    {
        var (a, b) = (await Queue.EnqueueAsync(new NewTask("work")), await Queue.EnqueueAsync(new NewTask("work")));
        await WakeAsync(a, "old");
        var last = await Queue.Notifications.GetLastNumberAsync();
        await using var stream = Queue.Notifications.FollowAsync(new NotificationQuery { After = last, Tasks = [a] }).GetAsyncEnumerator();
        var next = NextAsync(stream);

        await WakeAsync(b, "of b");
        await WakeAsync(a, "of a");

        Assert.Equal("of a", await next);
    }

    [Fact]
    public async Task RaiseForAttempt_WithCheckpoint_StoresBothOrNone()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var lost = await CheckoutAsync();
        await Queue.ReleaseAsync(lost.Lease);
        var held = await CheckoutAsync();

        Assert.False(await Queue.Notifications.RaiseAsync(lost.Lease, new NewNotification("topic", "stale"), new byte[] { 1 }));
        Assert.True(await Queue.Notifications.RaiseAsync(held.Lease, new NewNotification("topic", "good"), new byte[] { 2 }));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await Queue.Notifications.RaiseAsync(held.Lease, new NewNotification("topic", "foreign") { TaskId = new TaskId(id.Value + 1) }));

        Assert.Equal(("good", id), (Assert.Single(await Queue.Notifications.ListAsync()).Text, (await Queue.Notifications.ListAsync())[0].TaskId));
        await Queue.ReleaseAsync(held.Lease);
        Assert.Equal([2], (await CheckoutAsync()).Checkpoint!.Value.ToArray());
    }

    [Fact]
    public async Task GetHorizon_MoreThanAreKept_IsTheLastThatWasDeleted()
    {
        const int kept = 10_000;
        Assert.Equal((0, 0), (await Queue.Notifications.GetHorizonAsync(), await Queue.Notifications.GetLastNumberAsync()));

        await Task.WhenAll(Enumerable.Range(0, kept + 5).Select(n => RaiseAsync(n.ToString(CultureInfo.InvariantCulture))));

        Assert.Equal((5, kept + 5), (await Queue.Notifications.GetHorizonAsync(), await Queue.Notifications.GetLastNumberAsync()));
    }

    private async Task<long> WakeAsync(TaskId id, string text, string? key = null) =>
        await Queue.Notifications.RaiseAsync(new NewNotification("output", text) { TaskId = id, VoidWithTask = true, Key = key });

    private async Task<IEnumerable<long>> NumbersAsync(NotificationQuery query) => (await Queue.Notifications.QueryAsync(query)).Select(n => n.Number);

    private async Task<long> RaiseAsync(string text, string? key = null) =>
        await Queue.Notifications.RaiseAsync(new NewNotification("topic", text) { Key = key });

    private async Task<IEnumerable<string>> ReadAsync(string subscriber) => (await Queue.Notifications.ReadAsync(subscriber)).Select(n => n.Text);

    private static async Task<string> NextAsync(IAsyncEnumerator<TaskNotification> stream)
    {
        Assert.True(await stream.MoveNextAsync().AsTask().WaitAsync(Guard));
        return stream.Current.Text;
    }
}
