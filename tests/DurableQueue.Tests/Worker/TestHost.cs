using System.Text;
using System.Text.Json;
using DurableQueue.Conformance;
using DurableQueue.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DurableQueue.Tests.Worker;

/// <summary>A real host with a real queue file of its own.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    /// <summary>No test waits longer for anything.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("dq-worker-");
    private IHost? host;

    /// <summary>The clock of the host and its queue, if the test asked for one that stands still.</summary>
    public ManualTimeProvider Time { get; } = new();

    public CollectedLogs Logs { get; } = new();

    public string Path => System.IO.Path.Combine(directory.FullName, "queue.db");

    /// <summary>What the worker talks to.</summary>
    public SpyStore Spy { get; private set; } = null!;

    public IServiceProvider Services => host!.Services;

    /// <summary>What the application talks to.</summary>
    public TaskQueue Queue => (TaskQueue)Services.GetRequiredService<ITaskQueue>();

    public static Task<TestHost> StartAsync(Action<DurableQueueBuilder> configure, bool manualTime = false) =>
        StartAsync(configure, null, null, manualTime);

    public static async Task<TestHost> StartAsync(
        Action<DurableQueueBuilder> configure,
        Action<IServiceCollection>? services,
        Func<SqliteQueueOptions, SqliteQueueOptions>? sqlite = null,
        bool manualTime = false)
    {
        var test = new TestHost();
        test.Build(configure, services, sqlite, manualTime);
        await test.host!.StartAsync().WaitAsync(Limit);
        return test;
    }

    /// <summary>Waits until the task has finished.</summary>
    public async Task<TaskInfo> FinishedAsync(TaskId id)
    {
        var summary = await Queue.Inspector.WaitAsync(id).AsTask().WaitAsync(Limit);
        return Assert.Single(summary.Tasks);
    }

    public async Task<TaskInfo> GetAsync(TaskId id) => await Queue.Inspector.GetAsync(id) ?? throw new InvalidOperationException($"No task {id}.");

    /// <summary>Stops the host as a SIGTERM does.</summary>
    /// <param name="deadline">When it fires, the host's own shutdown time is over.</param>
    public Task StopAsync(CancellationToken deadline = default) => host!.StopAsync(deadline).WaitAsync(Limit, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await host.StopAsync(now.Token);
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        directory.Delete(recursive: true);
    }

    public static byte[] Json(string json) => Encoding.UTF8.GetBytes(json);

    public static T Read<T>(ReadOnlyMemory<byte> json) => JsonSerializer.Deserialize<T>(json.Span, JsonSerializerOptions.Web)!;

    private void Build(
        Action<DurableQueueBuilder> configure, Action<IServiceCollection>? services, Func<SqliteQueueOptions, SqliteQueueOptions>? sqlite, bool manualTime)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(Logs);
        if (manualTime)
        {
            builder.Services.AddSingleton<TimeProvider>(Time);
        }

        SqliteQueueOptions WithoutLogs(SqliteQueueOptions options)
        {
            options = options with { LoggerFactory = null };
            return sqlite?.Invoke(options) ?? options;
        }

        services?.Invoke(builder.Services);
        builder.Services.AddDurableQueue(queue =>
        {
            queue.UseStore(registration => new SqliteStore(registration, Path, WithoutLogs, store => Spy = new SpyStore(store)));
            configure(queue);
        });
        builder.Services.RemoveAll<IHostLifetime>();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        host = builder.Build();
    }

    /// <summary>Tests do not listen to the signals of the test process.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
