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
        var settlement = Of((StopReason)reason, new HandlerResult(new byte[] { 1 }, null));

        Assert.Equal([1], Assert.IsType<Settlement.Complete>(settlement).Result.ToArray());
    }

    [Theory]
    [InlineData(StopReason.None)]
    [InlineData(StopReason.CancelRequested)]
    [InlineData(StopReason.TimedOut)]
    [InlineData(StopReason.Shutdown)]
    public void PermanentException_FailsForGood_WhateverItWasTold(object reason)
    {
        var failure = Assert.IsType<Settlement.Fail>(Of((StopReason)reason, new HandlerResult(default, Hopeless))).Failure;

        Assert.True(failure.Permanent);
        Assert.Contains("hopeless", failure.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void LeaseLost_NothingIsSettled()
    {
        Assert.All(new HandlerResult?[] { new(default, null), new(default, Plain), null }, end => Assert.IsType<Settlement.LeaseLost>(Of(StopReason.LeaseLost, end)));
    }

    [Fact]
    public void Shutdown_GivesTheTaskBack()
    {
        Assert.All(new HandlerResult?[] { new(default, Stopped), new(default, Plain), null }, end => Assert.IsType<Settlement.Release>(Of(StopReason.Shutdown, end)));
    }

    [Fact]
    public void TimedOut_FailsWithThatOutcome_AndMayBeTriedAgain()
    {
        var failure = Assert.IsType<Settlement.Fail>(Of(StopReason.TimedOut, new HandlerResult(default, Plain))).Failure;

        Assert.Equal((TaskOutcome.TimedOut, false), (failure.Outcome, failure.Permanent));
        Assert.Contains("00:00:07", failure.Error, StringComparison.Ordinal);
        Assert.Contains("broken", failure.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CancelRequested_SaysSo()
    {
        var failure = Assert.IsType<Settlement.Fail>(Of(StopReason.CancelRequested, new HandlerResult(default, Stopped))).Failure;

        Assert.Equal("The task was cancelled while it ran.", failure.Error);
    }

    [Theory]
    [InlineData(StopReason.None)]
    [InlineData(StopReason.CancelRequested)]
    [InlineData(StopReason.TimedOut)]
    [InlineData(StopReason.Shutdown)]
    public void HandlerLeftItsWorkRunning_IsNotSettled_WhateverItWasTold(object reason)
    {
        Assert.IsType<Settlement.LeaveRunning>(Of((StopReason)reason, new HandlerResult(default, SettlementException.LeftRunning())));
    }

    [Theory]
    [InlineData(StopReason.None)]
    [InlineData(StopReason.CancelRequested)]
    [InlineData(StopReason.TimedOut)]
    [InlineData(StopReason.Shutdown)]
    public void HandlerCouldNotStart_GivesTheTaskBackWithItsDelay_WhateverItWasTold(object reason)
    {
        var settlement = Of((StopReason)reason, new HandlerResult(default, SettlementException.PutBack(TimeSpan.FromSeconds(3), "no room")));

        Assert.Equal(new Settlement.Release(TimeSpan.FromSeconds(3)), settlement);
    }

    [Theory]
    [InlineData(StopReason.None, "exit 3", TaskOutcome.Failed, TaskOutcome.Failed)]
    [InlineData(StopReason.Shutdown, "exit 3", TaskOutcome.Failed, TaskOutcome.Failed)]
    [InlineData(StopReason.CancelRequested, "The task was cancelled while it ran. exit 3", TaskOutcome.Failed, TaskOutcome.Killed)]
    [InlineData(StopReason.TimedOut, "The attempt ran longer than its timeout of 00:00:07. exit 3", TaskOutcome.TimedOut, TaskOutcome.TimedOut)]
    public void HandlerKnowsItsFailure_KeepsIt_AfterTheReasonItWasStoppedFor(object reason, string error, TaskOutcome stored, TaskOutcome measured)
    {
        var settlement = Of((StopReason)reason, new HandlerResult(default, SettlementException.Failed(new TaskFailure("exit 3") { Result = new byte[] { 7 } })));

        var failed = Assert.IsType<Settlement.Fail>(settlement);
        Assert.Equal((error, stored, measured), (failed.Failure.Error, failed.Failure.Outcome, failed.Outcome));
        Assert.Equal([7], failed.Failure.Result.ToArray());
    }

    private static Settlement Of(StopReason reason, HandlerResult? result) => Settlement.Of(reason, result, LeasedTasks.New(timeout: TimeSpan.FromSeconds(7)));
}
