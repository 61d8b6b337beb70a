using Xunit;

namespace DurableQueue.Tests.Worker;

/// <summary>What handlers report of their cost.</summary>
public sealed class CostTests
{
    [Fact]
    public async Task ReportCost_SeveralCalls_CountEachAndWithAKeyOnce()
    {
        await using var host = await TestHost.StartAsync(q => q
            .AddHandler<Work>("work", async (_, context, ct) =>
            {
                await context.ReportCostAsync(0.042m, "usd", new Dictionary<string, string> { ["model"] = "large" }, cancellationToken: ct);
                await context.ReportCostAsync(0.042m, cancellationToken: ct);
                await context.ReportCostAsync(5, "tokens", key: "call", cancellationToken: ct);
                await context.ReportCostAsync(5, "tokens", key: "call", cancellationToken: ct);
            })
            .AddWorker());
        var id = await host.Queue.EnqueueAsync("work", new Work());

        Assert.Equal(TaskOutcome.Succeeded, (await host.FinishedAsync(id)).Outcome);
        var charges = await host.Queue.Budgets.GetChargesAsync(id);
        Assert.Equal(
            [("1", new Cost(0.042m)), ("2", new Cost(0.042m)), ("call", new Cost(5, "tokens"))],
            charges.Select(charge => (charge.Key, charge.Cost)).Order());
        Assert.Equal("large", charges.Single(charge => charge.Key == "1").Tags["model"]);
    }

    [Fact]
    public async Task ReportCost_LeaseLost_CountsAndStopsTheHandler()
    {
        var inside = new Signal();
        var lost = new Signal();
        var stopped = new Signal();
        await using var host = await TestHost.StartAsync(
            q => q
                .AddHandler<Work>("work", async (_, context, ct) =>
                {
                    if (context.Attempt == 1)
                    {
                        inside.Set();
                        await lost.Reached;
                        await context.ReportCostAsync(1, cancellationToken: CancellationToken.None);
                        ct.Register(stopped.Set);
                        await Task.Delay(TestHost.Limit, ct);
                    }
                })
                .AddWorker(),
            manualTime: true);
        var id = await host.Queue.EnqueueAsync("work", new Work());
        await inside.Reached;

        // Another process finds the task expired and takes it back.
        await using (var other = await SqliteTaskQueue.OpenAsync(
            host.Path, new SqliteQueueOptions { TimeProvider = new Later(host.Time), BackgroundSweeps = false }))
        {
            Assert.Equal(1, await other.ReapExpiredAsync());
        }

        lost.Set();
        await stopped.Reached;
        Assert.Equal(new Cost(1), Assert.Single(await host.Queue.Budgets.GetChargesAsync(id)).Cost);
    }

    private sealed record Work;

    private sealed class Later(TimeProvider time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + TimeSpan.FromHours(1);
    }
}
