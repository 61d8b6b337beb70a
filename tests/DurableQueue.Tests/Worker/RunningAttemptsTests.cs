using DurableQueue.Conformance;
using DurableQueue.Storage;
using DurableQueue.Worker;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class RunningAttemptsTests : IDisposable
{
    private readonly Dispatcher dispatcher = new();
    private readonly RunningAttempts running;

    public RunningAttemptsTests() => running = new RunningAttempts(dispatcher);

    public void Dispose() => dispatcher.Dispose();

    [Fact]
    public void Cancel_ToldBeforeTheCheckoutReturned_IsNotLost()
    {
        using Attempt first = New(1), second = New(2);
        running.Expect();

        running.Cancel(new TaskId(2));
        running.Add([first, second]);

        Assert.Equal((StopReason.None, StopReason.CancelRequested), (first.Reason, second.Reason));
    }

    [Fact]
    public void Cancel_OfAnEarlierRun_DoesNotMeetTheNextOne()
    {
        using var next = New(1);
        running.Expect();
        running.Cancel(new TaskId(1));
        running.Add([]);

        running.Cancel(new TaskId(1));
        running.Expect();
        running.Add([next]);

        Assert.Equal(StopReason.None, next.Reason);
    }

    [Fact]
    public void Add_TaskThatIsOnRecord_TheOlderAttemptHasLostItsLease()
    {
        using Attempt older = New(1), newer = New(1, token: 2);
        running.Add([older]);

        running.Add([newer]);
        running.Remove([older]);
        running.Cancel(new TaskId(1));

        Assert.Equal((StopReason.LeaseLost, StopReason.CancelRequested), (older.Reason, newer.Reason));
        Assert.Equal([newer], running.ToArray());
    }

    [Fact]
    public void Stop_FirstReasonCounts_ButALostLeaseBeforeAll()
    {
        using var attempt = New(1);

        Assert.True(attempt.Stop(StopReason.TimedOut));
        Assert.False(attempt.Stop(StopReason.CancelRequested));
        Assert.True(attempt.Stop(StopReason.LeaseLost));
        Assert.False(attempt.Stop(StopReason.Shutdown));
        Assert.True(attempt.TryBeginSettlement(out var reason));
        Assert.Equal(StopReason.LeaseLost, reason);
        Assert.True(attempt.Token.WaitHandle.WaitOne(TestHost.Limit));
    }

    [Fact]
    public void Stop_AfterTheSeal_ChangesNothing()
    {
        using var attempt = New(1);
        attempt.TryBeginSettlement(out _);

        Assert.False(attempt.Stop(StopReason.LeaseLost));

        Assert.False(attempt.Token.IsCancellationRequested);
    }

    private Attempt New(long id, long token = 1) =>
        new(LeasedTasks.New(id, token), new AttemptSettings(new ManualTimeProvider(), dispatcher, TimeSpan.FromSeconds(5)));
}
