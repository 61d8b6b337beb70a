using System.Net.Http.Json;
using System.Text.Json;
using DurableQueue.Dashboard.Queues;
using DurableQueue.Testing;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Queues;

public sealed class MetricSamplerTests
{
    [Fact]
    public async Task Samples_TellWhatHappenedBetweenThem()
    {
        var directory = Directory.CreateTempSubdirectory("durable-queue-dashboard-").FullName;
        try
        {
            var clock = new ManualTimeProvider();
            await using var queue = await SqliteTaskQueue.OpenAsync(Path.Combine(directory, "queue.db"), new SqliteQueueOptions { TimeProvider = clock });
            var sampler = new MetricSampler(queue, clock);
            await sampler.SampleAsync(CancellationToken.None);
            await queue.EnqueueAsync([.. Enumerable.Range(0, 20).Select(_ => new NewTask("mail") { MaxAttempts = 1 })]);
            clock.Advance(TimeSpan.FromSeconds(4));
            var tasks = await queue.CheckoutAsync(new CheckoutRequest { Worker = "me" }, 15);
            clock.Advance(TimeSpan.FromSeconds(6));
            foreach (var task in tasks.Take(10))
            {
                await queue.CompleteAsync(task.Lease);
            }

            await queue.FailAsync(tasks[10].Lease, new TaskFailure("broken") { Permanent = true });
            await sampler.SampleAsync(CancellationToken.None);
            clock.Advance(TimeSpan.FromSeconds(10));
            await sampler.SampleAsync(CancellationToken.None);

            Assert.Equal(2, sampler.Samples.Count);
            var first = sampler.Samples[0];
            Assert.Equal((2.0, 1.0, 0.1, 0.0), (first.Enqueued, first.Succeeded, first.Failed, first.Cancelled));
            Assert.Equal((5, 4), (first.Queued, first.Running));
            Assert.Equal(new Percentiles(4_000, 4_000, 4_000), first.Wait);
            Assert.Equal(new Percentiles(6_000, 6_000, 6_000), first.Run);
            var second = sampler.Samples[1];
            Assert.Equal((0.0, 0.0, null), (second.Enqueued, second.Succeeded, second.Wait));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Percentiles_AreNearestRanks() =>
        Assert.Equal(new Percentiles(50, 95, 99), Percentiles.Of(Enumerable.Range(1, 100).Select(number => TimeSpan.FromMilliseconds(number))));

    [Theory]
    [InlineData("15m", 10_000)]
    [InlineData("1h", 40_000)]
    [InlineData("24h", 960_000)]
    public async Task Series_AreEquallyLong(string range, long step)
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        var metrics = await client.GetFromJsonAsync<JsonElement>($"api/default/metrics?range={range}");

        Assert.Equal(step, metrics.GetProperty("stepMs").GetInt64());
        Assert.Equal([90], metrics.GetProperty("series").EnumerateObject().Select(series => series.Value.GetArrayLength()).Distinct());
    }
}
