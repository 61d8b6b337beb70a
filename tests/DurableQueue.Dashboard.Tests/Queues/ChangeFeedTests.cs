using DurableQueue.Dashboard.Queues;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Queues;

public sealed class ChangeFeedTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Streams_ThatComeAndGo_EachGetTheLatest()
    {
        using var limit = new CancellationTokenSource(Limit);
        await using var host = await TestDashboard.StartAsync();
        var feed = new ChangeFeed(host.Queue);
        Assert.False(feed.IsLive);
        for (var round = 0; round < 3; round++)
        {
            using var first = feed.Open();
            using var second = feed.Open();
            Assert.True(feed.IsLive);
            await host.Queue.EnqueueAsync(new NewTask("mail"), limit.Token);
            foreach (var _ in new[] { first, second })
            {
                ChangeNotice? notice = null;
                do
                {
                    notice = await feed.NextAsync(notice?.Change ?? 0, limit.Token);
                }
                while (notice!.Counts.Total.Queued < round + 1);
            }
        }

        Assert.False(feed.IsLive);
    }

    [Fact]
    public async Task Queue_Closed_EndsTheStreams()
    {
        using var limit = new CancellationTokenSource(Limit);
        var host = await TestDashboard.StartAsync();
        var feed = new ChangeFeed(host.Queue);
        using var open = feed.Open();
        var notice = await feed.NextAsync(0, limit.Token);

        await host.DisposeAsync();

        while (notice is not null)
        {
            notice = await feed.NextAsync(notice.Change, limit.Token);
        }

        Assert.False(feed.IsLive);
    }
}
