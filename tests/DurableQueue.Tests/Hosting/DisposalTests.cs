using DurableQueue.Hosting;
using DurableQueue.Testing;
using DurableQueue.Tests.Worker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DurableQueue.Tests.Hosting;

/// <summary>Containers and kits that are disposed without await.</summary>
public sealed class DisposalTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("dq-hosting-");

    private string QueuePath => Path.Combine(directory.FullName, "queue.db");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Dispose_ContainerThatGaveOutTheQueue_ClosesIt()
    {
        var services = new ServiceCollection();
        services.AddDurableQueue(q => q.UseSqlite(QueuePath));
        ITaskQueue queue;
        TaskId id;
        using (var provider = services.BuildServiceProvider())
        {
            queue = provider.GetRequiredService<ITaskQueue>();
            id = await queue.EnqueueAsync("mail.send", new { To = "ann@example.org" });
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await queue.EnqueueAsync(new NewTask("late")));

        // The last connection cuts the log.
        Assert.Equal(0, new FileInfo(QueuePath + "-wal").Length);
        await using var again = await SqliteTaskQueue.OpenAsync(QueuePath);
        Assert.NotNull(await again.Inspector.GetAsync(id));
    }

    [Fact]
    public void Dispose_EverythingThatIsRegistered_Works()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IHostApplicationLifetime, NoLifetime>();
        services.AddHealthChecks().AddDurableQueue();
        services.AddDurableQueue(q => q.UseSqlite(QueuePath).AddHandler("note", (string text) => { }).AddWorker());
        services.AddDurableQueue("reports", q => q.UseSqlite(QueuePath + ".reports").AddHandler("note", (string text) => { }).AddWorker());
        var ours = services.Where(service => service.ServiceType.Namespace?.StartsWith("DurableQueue", StringComparison.Ordinal) == true
            || service.ServiceType == typeof(IHostedService) || service.ServiceType == typeof(HealthCheckService)).ToList();
        var provider = services.BuildServiceProvider();
        var made = ours.SelectMany(service => service.IsKeyedService
            ? provider.GetKeyedServices(service.ServiceType, service.ServiceKey)
            : provider.GetServices(service.ServiceType)).OfType<object>().ToHashSet();
        Assert.Contains(made, service => service is TaskQueue);
        Assert.Contains(made, service => service is SqliteTaskQueue);
        Assert.Contains(made, service => service is QueueOpener);
        Assert.Contains(made, service => service is WorkerHost);

        provider.Dispose();

        Assert.DoesNotContain(made, service => service is IAsyncDisposable and not IDisposable);
    }

    [Fact]
    public async Task Dispose_ContainerUnderTest_DeletesTheFileOfItsKit()
    {
        var services = new ServiceCollection();
        services.AddDurableQueue(q => q.UseSqlite(QueuePath).AddHandler("note", (string text) => { }));
        services.ReplaceDurableQueueForTests();
        string path;
        using (var provider = services.BuildServiceProvider())
        {
            var kit = provider.GetRequiredService<QueueTestKit>();
            await kit.Queue.EnqueueAsync(payload: "hello");
            await kit.AssertEnqueuedAsync<string>(task => task.Payload == "hello");
            path = kit.FilePath;
            Assert.True(File.Exists(path));
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
        Assert.False(File.Exists(QueuePath));
    }

    [Fact]
    public async Task Dispose_KitWithItsOwnHost_StopsItAndDeletesTheFile()
    {
        var ran = new Signal();
        var kit = await QueueTestKit.StartAsync(q => q.AddHandler("note", (string text) => ran.Set()));
        await kit.Queue.EnqueueAsync(payload: "hello");
        await kit.DrainAsync();
        await ran.Reached;

        await Task.Run(kit.Dispose).WaitAsync(TestHost.Limit);

        Assert.False(File.Exists(kit.FilePath));
        kit.Dispose();
        await kit.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_WhileAnotherHoldsTheFile_EndsAfterTheBusyTimeout()
    {
        var queue = await SqliteTaskQueue.OpenAsync(QueuePath, new SqliteQueueOptions { BusyTimeout = TimeSpan.FromMilliseconds(200) });
        using var other = new SqliteConnection($"Data Source={QueuePath};Pooling=False");
        other.Open();
        using var transaction = other.BeginTransaction();
        var waiting = queue.EnqueueAsync(new NewTask("work")).AsTask();

        await Task.Run(queue.Dispose).WaitAsync(TestHost.Limit);

        var error = await Assert.ThrowsAsync<QueueStorageException>(() => waiting);
        Assert.Equal(QueueStorageError.Busy, error.Error);
    }

    private sealed class NoLifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
