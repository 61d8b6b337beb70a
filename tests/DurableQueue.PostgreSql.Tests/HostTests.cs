using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DurableQueue.PostgreSql.Tests;

public sealed class HostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task UsePostgreSql_TwoHosts_ShareTheQueueAndWakeEachOther()
    {
        var schema = TestServer.Shared.NewSchema();
        var ran = new ConcurrentQueue<long>();
        using var done = new CountdownEvent(40);
        var worker = Build(schema, queue => queue
            .AddHandler("work", (TaskContext context, CancellationToken _) =>
            {
                ran.Enqueue(context.Id.Value);
                done.Signal();
                return Task.CompletedTask;
            })
            .AddWorker(options => options.Concurrency = 4));
        using var producer = Build(schema, _ => { });
        await worker.StartAsync();
        await producer.StartAsync();
        var queue = producer.Services.GetRequiredService<ITaskQueue>();

        for (var number = 0; number < 40; number++)
        {
            await queue.EnqueueAsync(new NewTask("work"));
        }

        Assert.True(await Task.Run(() => done.Wait(Patience)));
        await queue.Inspector.WaitAsync(TaskSelector.All).AsTask().WaitAsync(Patience);
        Assert.Equal(40, ran.Distinct().Count());
        Assert.Equal(40, (await queue.Inspector.CountAsync()).Total.Done);
        await worker.StopAsync();
        worker.Dispose();
        Assert.Empty(await queue.Inspector.GetWorkersAsync());
        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
        await producer.StopAsync();
    }

    private static IHost Build(string schema, Action<DurableQueueBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddDurableQueue(queue => configure(queue.UsePostgreSql(PostgresFixture.Source, options => options with { Schema = schema })));
        return builder.Build();
    }
}
