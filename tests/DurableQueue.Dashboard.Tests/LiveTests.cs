using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests;

public sealed class LiveTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Events_TaskEnqueued_TellTheCounts()
    {
        using var limit = new CancellationTokenSource(Limit);
        await using var host = await DashboardHost.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Address };
        using var stream = new StreamReader(await client.GetStreamAsync("api/default/events", limit.Token));
        var first = await NextAsync(stream, limit.Token);
        Assert.Equal(0, first.GetProperty("counts").GetProperty("queued").GetInt64());

        await host.Queue.EnqueueAsync(new NewTask("mail"), limit.Token);

        JsonElement next;
        do
        {
            next = await NextAsync(stream, limit.Token);
        }
        while (next.GetProperty("counts").GetProperty("queued").GetInt64() == 0);
        Assert.True(next.GetProperty("change").GetInt64() > first.GetProperty("change").GetInt64());
        var overview = await client.GetFromJsonAsync<JsonElement>("api/default/overview", limit.Token);
        Assert.Equal(1, overview.GetProperty("counts").GetProperty("queued").GetInt64());
    }

    [Fact]
    public async Task Events_TwentyStreams_EndWhenTheHostStops()
    {
        using var limit = new CancellationTokenSource(Limit);
        await using var host = await DashboardHost.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Address };
        var streams = new List<StreamReader>();
        for (var number = 0; number < 20; number++)
        {
            var stream = new StreamReader(await client.GetStreamAsync("api/default/events", limit.Token));
            streams.Add(stream);
            await NextAsync(stream, limit.Token);
        }

        var started = TimeProvider.System.GetTimestamp();
        await host.StopAsync();

        var took = TimeProvider.System.GetElapsedTime(started);
        Assert.True(took < TimeSpan.FromSeconds(6), $"The host took {took} to stop.");
        Assert.All(streams, stream => stream.Dispose());
    }

    private static async Task<JsonElement> NextAsync(StreamReader stream, CancellationToken cancellationToken)
    {
        while (await stream.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonSerializer.Deserialize<JsonElement>(line["data: ".Length..]);
            }
        }

        throw new EndOfStreamException("The stream has ended.");
    }
}
