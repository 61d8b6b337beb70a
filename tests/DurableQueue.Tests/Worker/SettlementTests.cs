using DurableQueue.Worker;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class SettlementTests
{
    private static readonly Exception Plain = new InvalidOperationException("broken");
    private static readonly Exception Stopped = new OperationCanceledException();
    private static readonly Exception Hopeless = new PermanentTaskException("hopeless");

    [Theory]
    [InlineData(StopReason.None)]
    [InlineData(StopReason.CancelRequested)]
    [InlineData(StopReason.TimedOut)]
    [InlineData(StopReason.Shutdown)]
    public void HandlerReturned_IsComplete_WhateverItWasTold(object reason)
    {
        var settlement = Of((StopReason)reason, new HandlerEnd(new byte[] { 1 }, null));

        Assert.Equal([1], Assert.IsType<Settlement.Complete>(settlement).Result.ToArray());
    }

    [Theory]
    [InlineData(StopReason.None)]
    [InlineData(StopReason.CancelRequested)]
    [InlineData(StopReason.TimedOut)]
    [InlineData(StopReason.Shutdown)]
    public void PermanentException_FailsForGood_WhateverItWasTold(object reason)
    {
        var failure = Assert.IsType<Settlement.Fail>(Of((StopReason)reason, new HandlerEnd(default, Hopeless))).Failure;

        Assert.True(failure.Permanent);
        Assert.Contains("hopeless", failure.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void LeaseLost_NothingIsSettled()
    {
        Assert.All(new HandlerEnd?[] { new(default, null), new(default, Plain), null }, end => Assert.IsType<Settlement.Nothing>(Of(StopReason.LeaseLost, end)));
    }

    [Fact]
    public void Shutdown_GivesTheTaskBack()
    {
        Assert.All(new HandlerEnd?[] { new(default, Stopped), new(default, Plain), null }, end => Assert.IsType<Settlement.Release>(Of(StopReason.Shutdown, end)));
    }

    [Fact]
    public void TimedOut_FailsWithThatOutcome_AndMayBeTriedAgain()
    {
        var failure = Assert.IsType<Settlement.Fail>(Of(StopReason.TimedOut, new HandlerEnd(default, Plain))).Failure;

        Assert.Equal((TaskOutcome.TimedOut, false), (failure.Outcome, failure.Permanent));
        Assert.Contains("00:00:07", failure.Error, StringComparison.Ordinal);
        Assert.Contains("broken", failure.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CancelRequested_SaysSo()
    {
        var failure = Assert.IsType<Settlement.Fail>(Of(StopReason.CancelRequested, new HandlerEnd(default, Stopped))).Failure;

        Assert.Equal("The task was cancelled while it ran.", failure.Error);
    }

    private static Settlement Of(StopReason reason, HandlerEnd? end) => Settlement.Of(reason, end, LeasedTasks.New(timeout: TimeSpan.FromSeconds(7)));
}
