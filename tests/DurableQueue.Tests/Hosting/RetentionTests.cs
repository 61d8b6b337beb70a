using DurableQueue.Storage;
using DurableQueue.Tests.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed class RetentionTests : IDisposable
{
    private const int Expired = 222;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("dq-retention-");
    private readonly ManualTimeProvider time = new();
    private readonly CollectedLogs logs = new();

    private string QueuePath => Path.Combine(directory.FullName, "queue.db");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task KeepFinished_TimeIsOver_TasksGoByThemselves()
    {
        var old = await FinishAsync("a", "b");
        time.Advance(Day * 2);
        var young = await FinishAsync("c");
        await using var host = await StartAsync(q => q.KeepFinished(RetentionPolicy.KeepFor(Day)));

        await logs.LoggedAsync(Expired, 1);

        var queue = host.Services.GetRequiredService<ITaskQueue>();
        Assert.Null(await queue.Inspector.GetAsync(old[0]));
        Assert.Null(await queue.Inspector.GetAsync(old[1]));
        Assert.NotNull(await queue.Inspector.GetAsync(young[0]));

        time.Advance(Day + TimeSpan.FromHours(1));
        await logs.LoggedAsync(Expired, 2);

        Assert.Null(await queue.Inspector.GetAsync(young[0]));
        Assert.Contains(logs.Lines, line => line.Text.StartsWith("2 finished tasks were deleted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task KeepFinished_FromTheConfiguration_CountsIfCodeSaysNothing()
    {
        var ids = await FinishAsync("a");
        time.Advance(Day * 2);
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Retention:Succeeded"] = "1.00:00:00" }).Build();
        await using var host = await StartAsync(q => q.Configure(settings));

        await logs.LoggedAsync(Expired, 1);

        Assert.Null(await host.Services.GetRequiredService<ITaskQueue>().Inspector.GetAsync(ids[0]));
    }

    [Fact]
    public async Task KeepFinished_NotAskedFor_NothingGoes()
    {
        var ids = await FinishAsync("a");
        time.Advance(Day * 10_000);
        await using var host = await StartAsync(q => { });
        var queue = host.Services.GetRequiredService<ITaskQueue>();
        time.Advance(Day);
        await host.StopAsync();

        // Nobody has taken a turn.
        Assert.True(await host.Services.GetRequiredService<SqliteTaskQueue>().Upkeep.TryTakeTurnAsync("retention", Day, default));
        Assert.NotNull(await queue.Inspector.GetAsync(ids[0]));
    }

    [Fact]
    public async Task KeepFinished_PoliciesThatMeanNothing_StopTheStart()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(q => q
            .KeepFinished(new RetentionPolicy())
            .KeepFinished(RetentionPolicy.KeepFor(TimeSpan.Zero) with { Approvals = TimeSpan.FromDays(40_000), Groups = [] })));

        Assert.Equal(11, error.Failures.Count());
        Assert.Contains("retention: It keeps everything for good", error.Message, StringComparison.Ordinal);
        Assert.Contains("retention: TimedOut must be between 00:01:00 and 36500.00:00:00", error.Message, StringComparison.Ordinal);
        Assert.Contains("retention: Groups is empty", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(QueuePath));
    }

    [Fact]
    public async Task Turn_OfTwoQueuesOnOneFile_IsTakenByOneOfThem()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        IUpkeepStore[] queues = [first.Upkeep, second.Upkeep];

        Assert.Equal((true, false), (await TakeAsync(0), await TakeAsync(1)));
        Assert.False(await TakeAsync(0));
        time.Advance(Day);
        Assert.Equal((true, false), (await TakeAsync(1), await TakeAsync(0)));

        // A clock that went back puts no turn off by more than a period; a shorter period counts at once.
        time.JumpWallClock(-Day * 365);
        Assert.Equal((true, false), (await TakeAsync(0), await TakeAsync(1)));

        ValueTask<bool> TakeAsync(int queue) => queues[queue].TryTakeTurnAsync("retention", Day, default);
    }

    private async Task<IReadOnlyList<TaskId>> FinishAsync(params string[] types)
    {
        await using var queue = await OpenAsync();
        var ids = await queue.EnqueueAsync([.. types.Select(type => new NewTask(type))]);
        foreach (var task in await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, ids.Count))
        {
            await queue.CompleteAsync(task.Lease);
        }

        return ids;
    }

    private ValueTask<SqliteTaskQueue> OpenAsync() =>
        SqliteTaskQueue.OpenAsync(QueuePath, new SqliteQueueOptions { TimeProvider = time, BackgroundSweeps = false });

    private async Task<StartedHost> StartAsync(Action<DurableQueueBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(logs);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddDurableQueue(q => configure(q.UseSqlite(QueuePath, o => o with { BackgroundSweeps = false })));
        var host = new StartedHost(builder.Build());
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    private sealed class StartedHost(IHost host) : IAsyncDisposable
    {
        public IServiceProvider Services => host.Services;

        public Task StartAsync() => host.StartAsync();

        public Task StopAsync() => host.StopAsync();

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }
}
