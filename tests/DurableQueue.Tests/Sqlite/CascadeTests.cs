using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>What happens between two chunks of a cascade. The file lock, held by the test, decides what comes between.</summary>
public sealed class CascadeTests : IDisposable
{
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Retry_BeforeTheRestOfTheDependentsIsSettled_TheRestWaitsForTheNewEnd()
    {
        const int Children = 2_500;
        await using var queue = await directory.OpenAsync();
        var tasks = new List<NewTask> { new("parent") };
        tasks.AddRange(Enumerable.Repeat(new NewTask("child") { After = [TaskDependency.OnItem(0)] }, Children));
        var ids = await queue.EnqueueAsync(tasks);
        using var fileLock = new FileLock(directory.FilePath + "-gate");
        fileLock.Enter();
        var cancel = queue.Control.CancelAsync(ids[0]).AsTask();
        var retry = queue.Control.RetryAsync(ids[0]).AsTask();
        fileLock.Exit();
        await Task.WhenAll(cancel, retry).WaitAsync(QueueDirectory.Limit);

        // The cancel itself settles a thousand of them. The others must find that the parent is to run again.
        var parent = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["parent"] });
        Assert.True(await queue.CompleteAsync(parent!.Lease));

        var released = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["child"] }, 10_000);
        Assert.Equal(ids.Skip(1_001), released.Select(task => task.Id));
        Assert.Equal(1_000, (await queue.Inspector.CountAsync()).Total.Failed);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Complete_ManyCallsOfOneBatch_EachReleasesItsDependentsAtOnce()
    {
        const int Parents = 64;
        const int Children = 200;
        await using var queue = await directory.OpenAsync();
        var parents = await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("parent"), Parents)]);
        foreach (var some in parents.Chunk(Parents / 2))
        {
            await queue.EnqueueAsync([.. some.SelectMany(parent => Enumerable.Repeat(new NewTask("child") { After = [parent] }, Children))]);
        }

        var leased = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, Parents);
        using var fileLock = new FileLock(directory.FilePath + "-gate");
        fileLock.Enter();
        var completed = leased.Select(task => queue.CompleteAsync(task.Lease).AsTask()).ToArray();

        // In the same batch, before any chunk.
        var ready = new[] { "a", "b" }.Select(worker => queue.CheckoutAsync(new CheckoutRequest { Worker = worker }, 10_000).AsTask()).ToArray();
        fileLock.Exit();

        Assert.All(await Task.WhenAll(completed).WaitAsync(QueueDirectory.Limit), Assert.True);
        Assert.Equal(Parents * Children, (await Task.WhenAll(ready).WaitAsync(QueueDirectory.Limit)).Sum(tasks => tasks.Count));
    }

    [Fact]
    public async Task Resume_BeforeTheRestOfARetriedParentsDependentsIsRepaired_FailsNone()
    {
        const int Children = 2_500;
        await using var queue = await directory.OpenAsync();
        var parent = await EnqueueDoomedAsync(queue, Children);
        using var fileLock = new FileLock(directory.FilePath + "-gate");
        fileLock.Enter();
        var retry = queue.Control.RetryAsync(parent).AsTask();
        var resume = queue.Groups.ResumeAsync("lane").AsTask();
        fileLock.Exit();
        await Task.WhenAll(retry, resume).WaitAsync(QueueDirectory.Limit);
        await queue.DisposeAsync();

        WorkOff();

        Assert.Equal((long)Children, directory.Execute("SELECT count(*) FROM task WHERE state = 0 AND doomed = 0 AND pending_dependencies = 1"));
    }

    [Fact]
    public async Task Pause_BeforeTheRestOfTheDoomedTasksIsFailed_KeepsTheRest()
    {
        await using var queue = await directory.OpenAsync();
        await EnqueueDoomedAsync(queue, 2_500);
        using var fileLock = new FileLock(directory.FilePath + "-gate");
        fileLock.Enter();
        var resume = queue.Groups.ResumeAsync("lane").AsTask();
        var pause = queue.Groups.PauseAsync("lane").AsTask();
        fileLock.Exit();
        await Task.WhenAll(resume, pause).WaitAsync(QueueDirectory.Limit);
        await queue.DisposeAsync();

        WorkOff();

        Assert.Equal(1_500L, directory.Execute("SELECT count(*) FROM task WHERE state = 0 AND doomed = 1"));
    }

    [Fact]
    public async Task Retry_ParentOfMoreDoomedTasksThanOneChunk_RepairsAll()
    {
        await using var queue = await directory.OpenAsync();
        var parent = await EnqueueDoomedAsync(queue, 2_500);

        await queue.Control.RetryAsync(parent);
        await queue.DisposeAsync();
        WorkOff();

        Assert.Equal(2_500L, directory.Execute("SELECT count(*) FROM task WHERE state = 0 AND doomed = 0 AND pending_dependencies = 1"));
    }

    [Fact]
    public async Task Retry_WithMoreDependentsThanOneChunk_BringsAllBack()
    {
        await using var queue = await directory.OpenAsync();
        var tasks = new List<NewTask> { new("parent") };
        tasks.AddRange(Enumerable.Repeat(new NewTask("child") { After = [TaskDependency.OnItem(0)] }, 2_500));
        var ids = await queue.EnqueueAsync(tasks);
        await queue.Control.CancelAsync(ids[0]);
        await queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).AsTask().WaitAsync(QueueDirectory.Limit);

        await queue.Control.RetryAsync(ids[0], withDependents: true);
        await queue.DisposeAsync();
        WorkOff();

        Assert.Equal(2_501L, directory.Execute("SELECT count(*) FROM task WHERE state = 0"));
    }

    /// <summary>Tasks of a paused group whose only dependency was cancelled.</summary>
    private static async Task<TaskId> EnqueueDoomedAsync(SqliteTaskQueue queue, int count)
    {
        await queue.Groups.EnsureAsync("lane");
        await queue.Groups.PauseAsync("lane");
        var parent = await queue.EnqueueAsync(new NewTask("parent"));
        await queue.Control.CancelAsync(parent);
        await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("child") { Group = "lane", After = [parent] }, count)]);
        return parent;
    }

    /// <summary>Does what is left to settle, as a queue that is opened later does.</summary>
    private void WorkOff()
    {
        using var db = new QueueFile(directory.FilePath, new SqliteQueueOptions()).OpenWriter();
        var context = TestContexts.Of(db, directory.Time);
        var mayBeMore = true;
        for (var chunk = 0; mayBeMore; chunk++)
        {
            Assert.True(chunk < 1_000, "The work never ends.");
            db.Execute("BEGIN IMMEDIATE");
            context.Begin();
            mayBeMore = context.Cascade.RunChunk();
            context.Flush();
            db.Execute("COMMIT");
        }
    }
}
