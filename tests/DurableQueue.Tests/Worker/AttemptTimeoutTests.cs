using DurableQueue.Worker;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class AttemptTimeoutTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider time = new();
    private readonly AttemptTimeout timeout;
    private int expired;

    public AttemptTimeoutTests() => timeout = new AttemptTimeout(Limit, time, () => expired++);

    public void Dispose() => timeout.Dispose();

    [Fact]
    public void Start_TimePasses_ExpiresOnceAtTheLimit()
    {
        timeout.Start();

        time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, expired);
        time.Advance(TimeSpan.FromMilliseconds(1));
        time.Advance(Limit);

        Assert.Equal(1, expired);
    }

    [Fact]
    public void Start_NothingLeft_ExpiresAtOnce()
    {
        using var over = new AttemptTimeout(TimeSpan.FromSeconds(-1), time, () => expired++);

        over.Start();

        Assert.Equal(1, expired);
    }

    [Fact]
    public void Pause_ClockStops_UntilTheLastResume()
    {
        timeout.Start();
        time.Advance(TimeSpan.FromSeconds(4));

        timeout.Pause();
        timeout.Pause();
        time.Advance(TimeSpan.FromHours(1));
        timeout.Resume();
        time.Advance(TimeSpan.FromHours(1));
        timeout.Resume();

        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, expired);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, expired);
    }

    [Fact]
    public void Dispose_WhilePaused_NeverExpires()
    {
        timeout.Start();
        timeout.Pause();

        timeout.Dispose();
        timeout.Resume();
        time.Advance(Limit * 2);

        Assert.Equal(0, expired);
    }
}
