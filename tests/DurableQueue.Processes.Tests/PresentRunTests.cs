using DurableQueue.Processes.Running;
using Xunit;

namespace DurableQueue.Processes.Tests;

public sealed class PresentRunTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-run-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task LogOf_RecordOfTheAttemptOfTheSameNumberBeforeARetry_IsNone()
    {
        var path = Path.Combine(directory.FullName, "queue.db");
        await using var queue = await SqliteTaskQueue.OpenAsync(path);
        var files = new CommandFiles(queue.FilePath);
        Directory.CreateDirectory(files.LogDirectory);
        var id = await queue.EnqueueAsync(new CommandTask { CommandLine = "true" }.ToTask());
        await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" });
        var info = (await queue.Inspector.GetAsync(id))!;
        var startedAt = info.StartedAt!.Value.ToUnixTimeMilliseconds();

        void Record(long started, long enqueued) => File.WriteAllText(
            files.Run(id, 1), $"{new RunHeader(id, enqueued, 1, 1, started, 0, true, "boot")} | 12 (sh) R 1 1 12 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0\n");

        var enqueuedAt = info.EnqueuedAt.ToUnixTimeMilliseconds();
        Record(startedAt, enqueuedAt);
        Assert.Equal(files.Log(id, 1), PresentRun.LogOf(files, info, 1, errors: false));
        Assert.Equal(files.ErrorLog(id, 1), PresentRun.LogOf(files, info, 1, errors: true));
        Record(startedAt - 1, enqueuedAt);
        Assert.Null(PresentRun.LogOf(files, info, 1, errors: false));
        Record(startedAt, enqueuedAt - 1);
        Assert.Null(PresentRun.LogOf(files, info, 1, errors: false));
        Assert.Null(PresentRun.LogOf(files, info, 2, errors: false));
    }
}
