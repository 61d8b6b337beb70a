using DurableQueue.Storage;
using DurableQueue.Worker;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class AttemptTests
{
    private readonly ManualTimeProvider time = new();

    [Theory]
    [InlineData(false, 30)]
    [InlineData(true, 10)]
    public void Timeout_AttemptTakenOver_CountsWhatItRanBefore(bool takenOver, int secondsLeft)
    {
        var leased = LeasedTasks.New() with
        {
            TakenOver = takenOver, StartedAt = time.GetUtcNow() - TimeSpan.FromSeconds(20), Timeout = TimeSpan.FromSeconds(30),
        };
        using var dispatcher = new Dispatcher();
        using var attempt = new Attempt(leased, new AttemptSettings(time, dispatcher, Grace: TimeSpan.FromMinutes(1)));

        time.Advance(TimeSpan.FromSeconds(secondsLeft) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(StopReason.None, attempt.Reason);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(StopReason.TimedOut, attempt.Reason);
    }
}
