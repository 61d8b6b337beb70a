using DurableQueue.Sqlite;
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
        await using var queue = await directory.OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("work"));
        using var connection = new QueueFile(directory.FilePath, new SqliteQueueOptions()).OpenReader();
        var wait = new TaskWait(TaskSelector.ByIds(id), failFast: false);
        Assert.False(wait.Start(connection));

        if (finishedAndPruned)
        {
            await queue.Control.CancelAsync(id);
            Assert.Equal(1, await queue.Control.PruneAsync(RetentionPolicy.KeepFor(TimeSpan.Zero)));
        }
        else
        {
            await queue.Control.RemoveAsync([id]);
        }

        Assert.True(wait.Look(connection));
        Assert.Equal(1, wait.Summarise(connection, nowMs: 0, TimeSpan.Zero, timedOut: false).Removed);
    }
}
