using DurableQueue.Processes.Running;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class PresentRunTests : FolderTest
{
    [Fact]
    public async Task LogOf_RecordOfTheAttemptOfTheSameNumberBeforeARetry_IsNone()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(QueuePath);
        var id = await queue.EnqueueAsync(new CommandTask { CommandLine = "true" }.ToTask());
        await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });
        var info = (await queue.Inspector.GetAsync(id))!;
        var run = Run with
        {
            TaskId = id,
            EnqueuedAtMs = info.EnqueuedAt.ToUnixTimeMilliseconds(),
            StartedAtMs = info.StartedAt!.Value.ToUnixTimeMilliseconds(),
        };

        WriteRecord(run);
        Assert.Equal(Files.Log(id, 1), PresentRun.LogOf(Files, info, 1, errors: false));
        Assert.Equal(Files.ErrorLog(id, 1), PresentRun.LogOf(Files, info, 1, errors: true));
        WriteRecord(run with { StartedAtMs = run.StartedAtMs - 1 });
        Assert.Null(PresentRun.LogOf(Files, info, 1, errors: false));
        WriteRecord(run with { EnqueuedAtMs = run.EnqueuedAtMs - 1 });
        Assert.Null(PresentRun.LogOf(Files, info, 1, errors: false));
        Assert.Null(PresentRun.LogOf(Files, info, 2, errors: false));
    }
}
