using DurableQueue.Queueing;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

/// <summary>A wait look by look: what happened between two of them must not be missed, however much it was.</summary>
public sealed class TaskWaitTests : IDisposable
{
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Look_TaskIsGoneSinceTheLastLook_IsOver(bool finishedAndPruned)
    {
        ITaskStore? store = null;
        await using var queue = await SqliteTaskQueue.OpenAsync(
            directory.FilePath, new SqliteQueueOptions(), new QueueWiring(Decorate: opened => store = opened), CancellationToken.None);
        var id = await queue.EnqueueAsync(new NewTask("work"));
        var wait = new TaskWait(store!.Reader, TaskSelector.ByIds(id), failFast: false);
        Assert.False(await wait.StartAsync(CancellationToken.None));

        if (finishedAndPruned)
        {
            await queue.Control.CancelAsync(id);
            Assert.Equal(1, await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero)));
        }
        else
        {
            await queue.Control.RemoveAsync([id]);
        }

        Assert.True(await wait.ProbeAsync(CancellationToken.None));
        Assert.Equal(1, (await wait.SummariseAsync(() => TimeSpan.Zero, timedOut: false, CancellationToken.None)).Removed);
    }
}
