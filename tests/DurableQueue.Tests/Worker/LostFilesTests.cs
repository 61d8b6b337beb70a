using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DurableQueue.Tests.Worker;

/// <summary>The queue's files go away under a worker. That is final: it says so once and takes no more tasks.</summary>
public sealed class LostFilesTests : IDisposable
{
    private const int FilesLost = 107;
    private const int WorkerStopped = 202;
    private const int StorageTrouble = 203;
    private const int WorkerLost = 209;
    private const int BackgroundWorkFailed = 102;

    private readonly CollectedLogs storeLogs = new();
    private readonly ILoggerFactory store;

    public LostFilesTests() => store = LoggerFactory.Create(logging => logging.AddProvider(storeLogs));

    public void Dispose() => store.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("-gate")]
    [InlineData("-wal")]
    public async Task Worker_IdleAndAFileIsRemoved_SaysItOnceAndEnds(string suffix)
    {
        if (!OperatingSystem.IsLinux() && suffix.Length > 0)
        {
            return;
        }

        await using var host = await TestHost.StartAsync(queue => queue.AddHandler("t", (_, _) => Task.CompletedTask).AddWorker(), null, Logged);
        await host.FinishedAsync(await host.Queue.EnqueueAsync(new NewTask("t")));

        File.Delete(host.Path + suffix);

        await host.Logs.Logged(WorkerStopped);
        Assert.Equal(LogLevel.Critical, Assert.Single(storeLogs.Lines, line => line.Event == FilesLost).Level);
        Assert.Single(host.Logs.Lines, line => line.Event == WorkerLost);
        Assert.DoesNotContain(host.Logs.Lines.Concat(storeLogs.Lines), line => line.Event is StorageTrouble or BackgroundWorkFailed);
    }

    [Fact]
    public async Task Worker_LockFileRemoved_TakesNoTaskThatOthersEnqueue()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var started = 0;
        await using var host = await TestHost.StartAsync(queue => queue.AddHandler("t", (_, _) => Task.FromResult(Interlocked.Increment(ref started))).AddWorker());
        await host.FinishedAsync(await host.Queue.EnqueueAsync(new NewTask("t")));
        File.Delete(host.Path + "-gate");

        await using var other = await SqliteTaskQueue.OpenAsync(host.Path, new SqliteQueueOptions { BackgroundSweeps = false });
        var id = await other.EnqueueAsync(new NewTask("t"));
        await host.Logs.Logged(WorkerStopped);

        Assert.Equal(TaskState.Queued, (await other.Inspector.GetAsync(id))!.State);
        Assert.Equal(1, started);
    }

    [Fact]
    public async Task Worker_FileRemovedWhileAHandlerRuns_EndsAfterTheHandler()
    {
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var finish = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await TestHost.StartAsync(queue => queue.AddHandler("t", async (_, _) =>
        {
            running.SetResult();
            await finish.Task;
        }).AddWorker(), null, Logged);
        await host.Queue.EnqueueAsync(new NewTask("t"));
        await running.Task.WaitAsync(TestHost.Limit);

        File.Delete(host.Path);
        await storeLogs.Logged(FilesLost);
        finish.SetResult();

        await host.Logs.Logged(WorkerStopped);
        Assert.DoesNotContain(host.Logs.Lines, line => line.Event == StorageTrouble);
    }

    [Fact]
    public async Task Wait_FileRemoved_EndsWithTheError()
    {
        await using var host = await TestHost.StartAsync(_ => { });
        var waiting = host.Queue.Inspector.WaitAsync(await host.Queue.EnqueueAsync(new NewTask("t"))).AsTask();

        File.Delete(host.Path);

        var error = await Assert.ThrowsAsync<QueueStorageException>(() => waiting.WaitAsync(TestHost.Limit));
        Assert.Equal(QueueStorageError.Lost, error.Error);
    }

    [Fact]
    public async Task HealthCheck_FileRemoved_IsUnhealthy()
    {
        await using var host = await TestHost.StartAsync(_ => { }, services => services.AddHealthChecks().AddDurableQueue());
        File.Delete(host.Path);

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("Lost", Assert.Single(report.Entries.Values).Description, StringComparison.Ordinal);
    }

    private SqliteQueueOptions Logged(SqliteQueueOptions options) => options with { LoggerFactory = store };
}
