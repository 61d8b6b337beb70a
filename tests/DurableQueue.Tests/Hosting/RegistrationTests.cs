using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed class RegistrationTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("dq-hosting-");

    private string QueuePath => Path.Combine(directory.FullName, "queue.db");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Start_NothingRegistered_NamesTheMissingStore()
    {
        using var host = Build(q => { });

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(["No store is named: call UseSqlite(path), or set Store:Path in the configuration given to Configure."], error.Failures);
    }

    [Fact]
    public async Task Start_ManyMistakes_OneMessageListsAll()
    {
        await using var host = (IAsyncDisposable)Build(q => q
            .UseSqlite(QueuePath)
            .UseSqlite(QueuePath)
            .AddHandler<int>("mail.send", Nothing)
            .AddHandler<int>("mail.send", Nothing)
            .AddHandler<int>("other", Nothing, h => (h.MaxAttempts, h.Timeout, h.Retry) = (0, TimeSpan.Zero, new RetryPolicy { Factor = 0.5 }))
            .AddHandler<int>("bad name", Nothing)
            .AddWorker(w => (w.Concurrency, w.LeaseDuration, w.Groups) = (0, TimeSpan.FromMilliseconds(99), ["ok", "not ok"]))
            .AddWorker(w => (w.Name, w.CancelGrace, w.ShutdownTimeout, w.Groups) = ("", -TimeSpan.FromSeconds(1), TimeSpan.FromDays(2), [])));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => ((IHost)host).StartAsync());

        string[] expected =
        [
            "2 stores are named",
            "handler mail.send: 2 handlers are registered",
            "handler other: MaxAttempts must be",
            "handler other: Timeout must be",
            "handler other: Retry.Factor must be",
            "handler bad name: Type can only contain",
            "worker 1: Concurrency must be",
            "worker 1: LeaseDuration must be",
            "worker 1: Groups[1] can only contain",
            "worker 2: Name must have 1 to 256",
            "worker 2: ShutdownTimeout must be",
            "worker 2: CancelGrace must be",
            "worker 2: Groups is empty",
        ];
        Assert.Equal(expected.Length, error.Failures.Count());
        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.False(File.Exists(QueuePath));
    }

    [Fact]
    public async Task Start_WorkerWithoutHandlers_IsRefused()
    {
        using var host = Build(q => q.UseSqlite(QueuePath).AddWorker());

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("no handler", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TwoWorkersWithOneName_IsRefused()
    {
        using var host = Build(q => q.UseSqlite(QueuePath).AddHandler<int>("x", Nothing).AddWorker(w => w.Name = "w").AddWorker(w => w.Name = "w"));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("2 workers are called 'w'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FileIsNoQueue_FailsWithTheStoresError()
    {
        await File.WriteAllTextAsync(QueuePath, new string('x', 5000));
        using var host = Build(q => q.UseSqlite(QueuePath));

        var error = await Assert.ThrowsAsync<QueueStorageException>(() => host.StartAsync());

        Assert.Equal(QueueStorageError.ForeignFile, error.Error);
    }

    [Fact]
    public async Task Queue_AskedForBeforeTheStart_IsTheSameOneLater()
    {
        var host = Build(q => q.UseSqlite(QueuePath).AddHandler<int>("x", Nothing).AddWorker());
        await using var disposal = (IAsyncDisposable)host;
        var early = host.Services.GetRequiredService<ITaskQueue>();
        var id = await early.EnqueueAsync("x", 1);

        await host.StartAsync();

        Assert.Same(early, host.Services.GetRequiredService<ITaskQueue>());
        Assert.True((await early.Inspector.WaitAsync(id).AsTask().WaitAsync(TimeSpan.FromSeconds(30))).AllSucceeded);
        await host.StopAsync();
    }

    [Fact]
    public async Task Container_Disposed_QueueIsClosed()
    {
        var host = Build(q => q.UseSqlite(QueuePath));
        await host.StartAsync();
        var queue = host.Services.GetRequiredService<ITaskQueue>();
        await host.StopAsync();
        await queue.EnqueueAsync(new NewTask("still.open"));

        await ((IAsyncDisposable)host).DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await queue.EnqueueAsync(new NewTask("closed")));
    }

    [Fact]
    public async Task AddDurableQueue_Twice_AddsToTheSameQueue()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(q => q.UseSqlite(QueuePath).AddHandler<int>("a", Nothing));
        builder.Services.AddDurableQueue(q => q.AddHandler<int>("b", Nothing).AddWorker());
        var host = builder.Build();
        await using var disposal = (IAsyncDisposable)host;
        await host.StartAsync();
        var queue = host.Services.GetRequiredService<ITaskQueue>();

        var ids = new[] { await queue.EnqueueAsync("a", 1), await queue.EnqueueAsync("b", 1) };

        Assert.True((await queue.Inspector.WaitAsync(ids).AsTask().WaitAsync(TimeSpan.FromSeconds(30))).AllSucceeded);
        await host.StopAsync();
    }

    [Fact]
    public async Task UseSqlite_Configure_ChangesTheSettings()
    {
        var host = Build(q => q.UseSqlite(QueuePath, o => o with { MaxPayloadBytes = 3 }));
        await using var disposal = (IAsyncDisposable)host;
        var queue = host.Services.GetRequiredService<ITaskQueue>();

        await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync(new NewTask("x", new byte[4])));
    }

    private static Task Nothing(int payload, TaskContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    private static IHost Build(Action<DurableQueueBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(configure);
        return builder.Build();
    }
}
