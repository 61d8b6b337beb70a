using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>What happens between two chunks of settling work. The gate, held by the test, decides what comes between.</summary>
public sealed class SettlingTests : IDisposable
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
        using var gate = new Gate(directory.FilePath + "-gate");
        gate.Enter();
        var cancel = queue.Control.CancelAsync(ids[0]).AsTask();
        var retry = queue.Control.RetryAsync(ids[0]).AsTask();
        gate.Exit();
        await Task.WhenAll(cancel, retry).WaitAsync(QueueDirectory.Limit);

        // The cancel itself settles a thousand of them. The others must find that the parent is to run again.
        var parent = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["parent"] });
        Assert.True(await queue.CompleteAsync(parent!.Lease));

        var released = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w", Types = ["child"] }, 10_000);
        Assert.Equal(ids.Skip(1_001), released.Select(task => task.Id));
        Assert.Equal(1_000, (await queue.Inspector.CountAsync()).Total.Failed);
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }
}
