using Xunit;

namespace DurableQueue.Conformance;

/// <summary>Calls on a queue that is disposed, and calls whose token is cancelled before they begin.</summary>
public abstract class DisposalConformance : ConformanceTest
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    private static readonly Dictionary<string, Func<ITaskQueue, Scene, CancellationToken, Task>> Calls = new()
    {
        ["Enqueue"] = async (queue, _, token) => await queue.EnqueueAsync(new NewTask("new"), token),
        ["EnqueueList"] = async (queue, _, token) => await queue.EnqueueAsync([new("new"), new("new")], token),
        ["EnqueueOrGet"] = async (queue, _, token) => await queue.EnqueueOrGetAsync(new NewTask("new") { DedupKey = "new" }, token),
        ["Checkout"] = async (queue, _, token) => await queue.CheckoutAsync(Worker(), token),
        ["CheckoutMany"] = async (queue, _, token) => await queue.CheckoutAsync(Worker(), 10, token),
        ["Heartbeat"] = async (queue, scene, token) => await queue.HeartbeatAsync(scene.Running, token),
        ["HeartbeatMany"] = async (queue, scene, token) => await queue.HeartbeatAsync([scene.Running], token),
        ["Complete"] = async (queue, scene, token) => await queue.CompleteAsync(scene.Running, Utf8("output"), token),
        ["Fail"] = async (queue, scene, token) => await queue.FailAsync(scene.Running, new TaskFailure("broke"), token),
        ["Release"] = async (queue, scene, token) => await queue.ReleaseAsync(scene.Running, cancellationToken: token),
        ["Suspend"] = async (queue, scene, token) => await queue.SuspendAsync(scene.Running, token),
        ["Resume"] = async (queue, scene, token) => await queue.ResumeAsync(scene.Running, token),
        ["TakeOver"] = async (queue, scene, token) => await queue.TakeOverAsync(scene.Running.TaskId, "w2", token),
        ["ReportProgress"] = async (queue, scene, token) => await queue.ReportProgressAsync(scene.Running, 0.5, "half", token),
        ["ReapExpired"] = async (queue, _, token) => await queue.ReapExpiredAsync(token),
        ["Cancel"] = async (queue, scene, token) => await queue.Control.CancelAsync(scene.Queued, "stop", token),
        ["CancelTree"] = async (queue, scene, token) => await queue.Control.CancelTreeAsync(scene.Queued, "stop", token),
        ["Retry"] = async (queue, scene, token) => await queue.Control.RetryAsync(scene.Finished, cancellationToken: token),
        ["RetryWithDependents"] = async (queue, scene, token) => await queue.Control.RetryAsync(scene.Finished, true, token),
        ["Stash"] = async (queue, scene, token) => await queue.Control.StashAsync(scene.Queued, token),
        ["Unstash"] = async (queue, scene, token) => await queue.Control.UnstashAsync(scene.Stashed, token),
        ["RunNow"] = async (queue, scene, token) => await queue.Control.RunNowAsync(scene.Queued, token),
        ["Approve"] = async (queue, scene, token) => await queue.Control.ApproveAsync(scene.Awaiting, "ann", "fine", token),
        ["Reject"] = async (queue, scene, token) => await queue.Control.RejectAsync(scene.Awaiting, "ann", "no", token),
        ["Edit"] = async (queue, scene, token) => await queue.Control.EditAsync(scene.Queued, new TaskEdit { Label = "new" }, token),
        ["Swap"] = async (queue, scene, token) => await queue.Control.SwapAsync(scene.Queued, scene.Stashed, token),
        ["Remove"] = async (queue, scene, token) => await queue.Control.RemoveAsync([scene.Finished], token),
        ["Prune"] = async (queue, _, token) => await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero), token),
        ["EnsureGroup"] = async (queue, _, token) => await queue.Groups.EnsureAsync("new", 2, token),
        ["SetParallelism"] = async (queue, _, token) => await queue.Groups.SetParallelismAsync("lane", 2, token),
        ["PauseGroup"] = async (queue, _, token) => await queue.Groups.PauseAsync("lane", token),
        ["ResumeGroup"] = async (queue, _, token) => await queue.Groups.ResumeAsync("paused", token),
        ["SetPauseOnFailure"] = async (queue, _, token) => await queue.Groups.SetPauseOnFailureAsync("lane", true, token),
        ["RemoveGroup"] = async (queue, _, token) => await queue.Groups.RemoveAsync("lane", token),
        ["GetGroup"] = async (queue, _, token) => await queue.Groups.GetAsync("lane", token),
        ["ListGroups"] = async (queue, _, token) => await queue.Groups.ListAsync(token),
        ["Get"] = async (queue, scene, token) => await queue.Inspector.GetAsync(scene.Queued, token),
        ["GetPayload"] = async (queue, scene, token) => await queue.Inspector.GetPayloadAsync(scene.Queued, token),
        ["GetResult"] = async (queue, scene, token) => await queue.Inspector.GetResultAsync(scene.Finished, token),
        ["GetAttempts"] = async (queue, scene, token) => await queue.Inspector.GetAttemptsAsync(scene.Queued, token),
        ["GetDependencies"] = async (queue, scene, token) => await queue.Inspector.GetDependenciesAsync(scene.Queued, token),
        ["Query"] = async (queue, _, token) => await queue.Inspector.QueryAsync(new TaskQuery(), token),
        ["Count"] = async (queue, _, token) => await queue.Inspector.CountAsync(token),
        ["WaitById"] = async (queue, scene, token) => await queue.Inspector.WaitAsync(scene.Queued, cancellationToken: token),
        ["WaitForFinished"] = async (queue, scene, token) => await queue.Inspector.WaitAsync(scene.Finished, cancellationToken: token),
        ["WaitForAll"] = async (queue, _, token) => await queue.Inspector.WaitAsync(TaskSelector.All, cancellationToken: token),
        ["Watch"] = async (queue, _, token) => await WatchAsync(queue, token),
        ["GetFinishSequence"] = async (queue, _, token) => await queue.Inspector.GetFinishSequenceAsync(token),
    };

    public static TheoryData<string> CallNames => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(CallNames))]
    public async Task Call_AfterDispose_ThrowsObjectDisposed(string call)
    {
        var scene = await SetAsync();
        await Queue.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Calls[call](Queue, scene, CancellationToken.None).SoonAsync());
    }

    [Theory]
    [MemberData(nameof(CallNames))]
    public async Task Call_TokenCancelledBefore_ThrowsAndChangesNothing(string call)
    {
        var scene = await SetAsync();
        var before = await SnapshotAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Calls[call](Queue, scene, new CancellationToken(canceled: true)).SoonAsync());

        var after = await SnapshotAsync();
        Assert.Equivalent(before.Tasks, after.Tasks, strict: true);
        Assert.Equal(before.Groups, after.Groups);
        Assert.Equal(before.FinishSequence, after.FinishSequence);
    }

    [Fact]
    public async Task Dispose_Twice_IsHarmless()
    {
        await Queue.DisposeAsync();

        await Queue.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_WithoutAwait_EndsWaitsAndKeepsWhatWasAcknowledged()
    {
        await SetAsync();
        var wait = Queue.FinishedAsync(await Queue.EnqueueAsync(new NewTask("work")));
        await Queue.LetStartAsync();
        var before = await SnapshotAsync();

        await Task.Run(Queue.Dispose).SoonAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Queue.EnqueueAsync(new NewTask("work")).SoonAsync());
        Queue.Dispose();
        await ReopenAsync();
        var after = await SnapshotAsync();
        Assert.Equivalent(before.Tasks, after.Tasks, strict: true);
        Assert.Equal(before.Groups, after.Groups);
    }

    [Fact]
    public async Task Dispose_NeverUsed_LeavesAUsableStore()
    {
        await ReopenAsync();

        await Queue.SucceedAsync(await Queue.EnqueueAsync(new NewTask("work")));
    }

    [Fact]
    public async Task Dispose_AcknowledgedWork_IsThereAfterReopen()
    {
        await SetAsync();
        var before = await SnapshotAsync();

        await ReopenAsync();

        var after = await SnapshotAsync();
        Assert.Equivalent(before.Tasks, after.Tasks, strict: true);
        Assert.Equal(before.Groups, after.Groups);
        Assert.Equal(before.FinishSequence, after.FinishSequence);
    }

    [Fact]
    public async Task Dispose_WaitByIdPending_EndsIt()
    {
        var id = await Queue.EnqueueAsync(new NewTask("work"));
        var wait = Queue.FinishedAsync(id);
        await Queue.LetStartAsync();

        await Queue.DisposeAsync().SoonAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
    }

    [Fact]
    public async Task Dispose_WaitLivePending_EndsIt()
    {
        await Queue.EnqueueAsync(new NewTask("work"));
        var wait = Queue.Inspector.WaitAsync(TaskSelector.All, new WaitOptions { Timeout = TimeSpan.FromHours(1) }).SoonAsync();
        await Queue.LetStartAsync();

        await Queue.DisposeAsync().SoonAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
    }

    [Fact]
    public async Task Dispose_WatchPending_EndsIt()
    {
        await using var watch = Queue.Inspector.WatchAsync().GetAsyncEnumerator();
        var next = watch.MoveNextAsync().SoonAsync();
        await Queue.LetStartAsync();

        await Queue.DisposeAsync().SoonAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => next);
    }

    [Fact]
    public async Task Dispose_WatchBetweenTwoRecords_EndsIt()
    {
        await Queue.EnqueueEndedAsync(Time, TaskOutcome.Cancelled);
        await using var watch = Queue.Inspector.WatchAsync().GetAsyncEnumerator();
        await watch.NextAsync();

        await Queue.DisposeAsync().SoonAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => watch.MoveNextAsync().SoonAsync());
    }

    [Fact]
    public async Task Dispose_CallsUnderWay_EachEndsOrSaysDisposed()
    {
        var calls = Enumerable.Range(0, 200).Select(_ => Task.Run(async () => await Queue.EnqueueAsync(new NewTask("work")))).ToArray();

        await Queue.DisposeAsync().SoonAsync();

        var acknowledged = new List<TaskId>();
        foreach (var call in calls)
        {
            try
            {
                acknowledged.Add(await call.SoonAsync());
            }
            catch (ObjectDisposedException)
            {
                // Came too late; then nothing may be written for it.
            }
        }

        await ReopenAsync();
        Assert.Equal(acknowledged.Order(), await Queue.ReadPagesAsync(new TaskQuery { Limit = 1_000 }));
    }

    private static async Task WatchAsync(ITaskQueue queue, CancellationToken cancellationToken)
    {
        await foreach (var _ in queue.Inspector.WatchAsync(0, cancellationToken))
        {
            return;
        }
    }

    /// <summary>One task of each kind, so that every call would succeed and change something.</summary>
    private async Task<Scene> SetAsync()
    {
        var finished = await Queue.EnqueueEndedAsync(Time, TaskOutcome.Failed);
        await Queue.EnqueueAsync(new NewTask("expired") { LeaseDuration = TimeSpan.FromMinutes(1) });
        await CheckoutAsync();
        var running = await Queue.EnqueueAsync(new NewTask("running"));
        var lease = (await Queue.TakeAsync(running)).Lease;
        Time.Advance(TimeSpan.FromMinutes(2));
        await Queue.Groups.EnsureAsync("lane", 1);
        await Queue.Groups.EnsureAsync("paused");
        await Queue.Groups.PauseAsync("paused");
        return new Scene(
            Queued: await Queue.EnqueueAsync(new NewTask("work") { Priority = 5 }),
            Stashed: await Queue.EnqueueAsync(new NewTask("work") { Stashed = true }),
            Awaiting: await Queue.EnqueueAsync(new NewTask("work") { RequiresApproval = true }),
            Running: lease,
            Finished: finished);
    }

    private async Task<Snapshot> SnapshotAsync()
    {
        var page = await Queue.Inspector.QueryAsync(new TaskQuery { Limit = 1_000 });
        return new Snapshot(
            [.. page.Tasks.Select(task => task with { Metadata = NoMetadata })],
            await Queue.Groups.ListAsync(),
            await Queue.Inspector.GetFinishSequenceAsync());
    }

    private sealed record Scene(TaskId Queued, TaskId Stashed, TaskId Awaiting, Lease Running, TaskId Finished);

    private sealed record Snapshot(IReadOnlyList<TaskInfo> Tasks, IReadOnlyList<GroupInfo> Groups, long FinishSequence);
}
