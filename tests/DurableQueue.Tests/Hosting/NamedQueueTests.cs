using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace DurableQueue.Tests.Hosting;

public sealed class NamedQueueTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("dq-named-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task NamedQueues_HaveStoresHandlersAndWorkersOfTheirOwn()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services
            .AddDurableQueue(q => q.UseSqlite(FileOf("main")).AddHandler("who", (int n) => "main").AddWorker("w"))
            .AddDurableQueue("reports", q => q
                .UseSqlite(FileOf("reports"))
                .AddHandler("who", (int n, [FromKeyedServices("reports")] ITaskQueue own, ITaskQueue main) => own == main ? "same" : "reports", h => h.MaxAttempts = 9)
                .AddWorker("w"))
            .AddDurableQueue("idle", q => q.UseSqlite(FileOf("idle")));
        var host = builder.Build();
        await using var disposal = (IAsyncDisposable)host;
        await host.StartAsync();
        var main = host.Services.GetRequiredService<ITaskQueue>();
        var reports = host.Services.GetRequiredKeyedService<ITaskQueue>("reports");

        var byMain = await main.EnqueueAndWaitAsync<string>("who", 1, timeout: Limit);
        var byReports = await reports.EnqueueAndWaitAsync<string>("who", 1, timeout: Limit);

        Assert.Equal(("main", "reports"), (byMain, byReports));
        Assert.Equal(3, (await main.Inspector.GetAsync(new TaskId(1)))!.MaxAttempts);
        Assert.Equal(9, (await reports.Inspector.GetAsync(new TaskId(1)))!.MaxAttempts);
        Assert.Equal(1, (await main.Inspector.CountAsync()).Total.Done);
        Assert.Equal(0, (await host.Services.GetRequiredKeyedService<ITaskQueue>("idle").Inspector.CountAsync()).Total.Done);
        await host.StopAsync();
    }

    [Fact]
    public async Task Store_IsAServiceToo()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services
            .AddDurableQueue(q => q.UseSqlite(FileOf("main")))
            .AddDurableQueue("reports", q => q.UseSqlite(FileOf("reports")));
        var host = builder.Build();
        await using var disposal = (IAsyncDisposable)host;

        var id = await host.Services.GetRequiredService<SqliteTaskQueue>().EnqueueAsync(new NewTask("x"));

        Assert.NotNull(await host.Services.GetRequiredService<ITaskQueue>().Inspector.GetAsync(id));
        Assert.Null(await host.Services.GetRequiredKeyedService<SqliteTaskQueue>("reports").Inspector.GetAsync(id));
        Assert.Same(host.Services.GetRequiredService<SqliteTaskQueue>(), host.Services.GetRequiredService<SqliteTaskQueue>());
    }

    [Fact]
    public async Task Start_NamedQueueIsWrong_TheMessageNamesIt()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue("reports", q => q.AddHandler("bad name", (int n) => { }));
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal("reports", error.OptionsName);
        Assert.All(error.Failures, failure => Assert.StartsWith("reports: ", failure, StringComparison.Ordinal));
        Assert.Equal(2, error.Failures.Count());
    }

    [Fact]
    public async Task TenHosts_InOneProcess_DoNotSeeEachOther()
    {
        var hosts = Enumerable.Range(0, 10).Select(number =>
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddDurableQueue(q => q
                .UseSqlite(FileOf($"host{number}"))
                .Use((context, next, token) => next(token))
                .AddHandler("who", (int n) => number, h => h.MaxAttempts = number + 1)
                .AddWorker("worker", w => w.Concurrency = 2));
            return builder.Build();
        }).ToArray();

        await Task.WhenAll(hosts.Select(host => host.StartAsync()));
        var answers = await Task.WhenAll(hosts.SelectMany(host => Enumerable.Repeat(host.Services.GetRequiredService<ITaskQueue>(), 5))
            .Select(queue => queue.EnqueueAndWaitAsync<int>("who", 0, timeout: Limit)));

        Assert.Equal(Enumerable.Range(0, 50).Select(call => call / 5), answers.Select(answer => answer));
        for (var number = 0; number < hosts.Length; number++)
        {
            var tasks = (await hosts[number].Services.GetRequiredService<ITaskQueue>().Inspector.QueryAsync(new TaskQuery())).Tasks;
            Assert.Equal(5, tasks.Count);
            Assert.All(tasks, task => Assert.Equal(number + 1, task.MaxAttempts));
        }

        foreach (var host in hosts)
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    private string FileOf(string name) => Path.Combine(directory.FullName, $"{name}.db");
}
