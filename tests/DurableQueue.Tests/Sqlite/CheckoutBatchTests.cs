using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Sqlite.Operations;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>Checkouts that meet in one batch are settled together; nobody gets another's task, or more than he asked for.</summary>
public sealed class CheckoutBatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-");
    private SqliteTaskQueue queue = null!;
    private FileLock fileLock = null!;

    private string Path => System.IO.Path.Combine(directory.FullName, "queue.db");

    public async Task InitializeAsync()
    {
        
        // Its turn does not end while the test is held up: what was listed is one batch.
        queue = await SqliteTaskQueue.OpenAsync(Path, new SqliteQueueOptions { TurnClock = new ManualTimeProvider() });
        fileLock = new FileLock(Path + "-gate");
    }

    public async Task DisposeAsync()
    {
        await queue.DisposeAsync();
        fileLock.Dispose();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Checkout_SameRequestsTogether_ShareInTheirOrder()
    {
        var ids = await queue.EnqueueAsync([.. Enumerable.Range(0, 10).Select(_ => new NewTask("work"))]);
        fileLock.Enter();
        var first = Checkout("w", 3);
        var second = Checkout("w", 5);
        var third = Checkout("w", 4);
        var fourth = Checkout("w", 1);
        fileLock.Exit();

        Assert.Equal(ids.Take(3), await first);
        Assert.Equal(ids.Skip(3).Take(5), await second);
        Assert.Equal(ids.Skip(8), await third);
        Assert.Empty(await fourth);
    }

    [Fact]
    public async Task Checkout_DifferentRequestsTogether_EachGetsWhatItAskedFor()
    {
        var mails = await queue.EnqueueAsync([.. Enumerable.Range(0, 4).Select(_ => new NewTask("mail"))]);
        var images = await queue.EnqueueAsync([.. Enumerable.Range(0, 4).Select(_ => new NewTask("image") { Group = "slow" })]);
        await queue.Groups.SetParallelismAsync("slow", 1);
        fileLock.Enter();
        var mail = Checkout("w", 2, ["mail"]);
        var image = Checkout("w", 2, ["image"]);
        var moreMail = Checkout("w", 2, ["mail"]);
        var other = Checkout("x", 2);
        fileLock.Exit();

        Assert.Equal(mails.Take(2), await mail);
        Assert.Equal(images.Take(1), await image);
        Assert.Equal(mails.Skip(2), await moreMail);
        Assert.Empty(await other);
        Assert.Equal(["w"], (await queue.Inspector.QueryAsync(new TaskQuery { States = [TaskState.CheckedOut] })).Tasks.Select(task => task.Worker).Distinct());
    }

    [Fact]
    public async Task Checkout_TogetherWithEnqueues_FindsWhatTheyBrought()
    {
        fileLock.Enter();
        var taken = Checkout("w", 5);
        var enqueued = queue.EnqueueAsync([.. Enumerable.Range(0, 3).Select(_ => new NewTask("work"))]).AsTask();
        fileLock.Exit();

        Assert.Equal(await enqueued.WaitAsync(Limit), await taken);
    }

    [Fact]
    public async Task Checkout_SameRequestsTogetherAndOneTaskIsDamaged_CostsOnlyTheCallWhoseTaskItIs()
    {
        var labelled = new NewTask("work") { Metadata = new Dictionary<string, string> { ["a"] = "b" } };
        var ids = await queue.EnqueueAsync([labelled, labelled]);
        using (var connection = new SqliteConnection($"Data Source={Path};Pooling=False"))
        {
            connection.Open();
            using var damage = connection.CreateCommand();
            damage.CommandText = "UPDATE task_body SET metadata = '{' WHERE id = 2";
            damage.ExecuteNonQuery();
        }

        fileLock.Enter();
        var first = Checkout("w", 1);
        var second = Checkout("w", 1);
        fileLock.Exit();

        // Together they fail; each by itself takes what it asked for and no more.
        Assert.Equal(ids.Take(1), await first);
        await Assert.ThrowsAsync<QueueStorageException>(() => second);
    }

    [Fact]
    public void TryServe_MoreThanACallMayAskForInAll_IsRefused()
    {
        var request = new CheckoutRequest { Worker = "w" };
        var first = new CheckoutTasks(request, Limits.BatchSize / 2);

        Assert.True(first.TryServe(new CheckoutTasks(request, Limits.BatchSize / 4)));
        Assert.True(first.TryServe(new CheckoutTasks(request, Limits.BatchSize / 4)));
        Assert.False(first.TryServe(new CheckoutTasks(request, 1)));
    }

    private async Task<IEnumerable<TaskId>> Checkout(string worker, int most, IReadOnlyList<string>? types = null)
    {
        var tasks = await queue.CheckoutAsync(new CheckoutRequest { Worker = worker, Types = types }, most).AsTask().WaitAsync(Limit);
        return tasks.Select(task => task.Id);
    }
}
