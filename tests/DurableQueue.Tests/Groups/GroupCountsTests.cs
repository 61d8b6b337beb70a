using DurableQueue.Groups;
using Xunit;

namespace DurableQueue.Tests.Groups;

public sealed class GroupCountsTests
{
    [Theory]
    [InlineData(TaskState.Queued, false, TaskHolds.None, CountedAs.Ready)]
    [InlineData(TaskState.Queued, false, TaskHolds.NotBefore, CountedAs.Scheduled)]
    [InlineData(TaskState.Queued, false, TaskHolds.NotBefore | TaskHolds.Dependencies, CountedAs.Scheduled)]
    [InlineData(TaskState.Queued, false, TaskHolds.Dependencies, CountedAs.Held)]
    [InlineData(TaskState.Queued, false, TaskHolds.Stashed | TaskHolds.Approval | TaskHolds.Budget, CountedAs.Held)]
    [InlineData(TaskState.CheckedOut, false, TaskHolds.None, CountedAs.Running)]
    [InlineData(TaskState.CheckedOut, true, TaskHolds.None, CountedAs.Waiting)]
    [InlineData(TaskState.Done, false, TaskHolds.None, CountedAs.Done)]
    [InlineData(TaskState.Failed, false, TaskHolds.None, CountedAs.Failed)]
    [InlineData(TaskState.Cancelled, false, TaskHolds.None, CountedAs.Cancelled)]
    public void Of_StateAndHolds_NamesTheCounter(TaskState state, bool waiting, TaskHolds holds, object expected) =>
        Assert.Equal((CountedAs)expected, GroupCounts.Of(state, waiting, holds));

    [Fact]
    public void Of_UnknownState_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => GroupCounts.Of((TaskState)9, false, TaskHolds.None));

    [Theory]
    [InlineData(CountedAs.Nothing, 0, 0, 0, 0, 0, 0, 0, 0)]
    [InlineData(CountedAs.Ready, 3, 3, 0, 0, 0, 0, 0, 0)]
    [InlineData(CountedAs.Scheduled, 3, 0, 3, 0, 0, 0, 0, 0)]
    [InlineData(CountedAs.Held, 3, 0, 0, 0, 0, 0, 0, 0)]
    [InlineData(CountedAs.Running, 0, 0, 0, 3, 0, 0, 0, 0)]
    [InlineData(CountedAs.Waiting, 0, 0, 0, 0, 3, 0, 0, 0)]
    [InlineData(CountedAs.Done, 0, 0, 0, 0, 0, 3, 0, 0)]
    [InlineData(CountedAs.Failed, 0, 0, 0, 0, 0, 0, 3, 0)]
    [InlineData(CountedAs.Cancelled, 0, 0, 0, 0, 0, 0, 0, 3)]
    public void Move_FromNothing_AddsToTheCountersOfTheState(
        object to, long queued, long ready, long scheduled, long running, long waiting, long done, long failed, long cancelled)
    {
        var counts = default(GroupCounts);

        counts.Move(CountedAs.Nothing, (CountedAs)to, 3);

        Assert.Equal((queued, ready, scheduled), (counts.Queued, counts.Ready, counts.Scheduled));
        Assert.Equal((running, waiting), (counts.Running, counts.Waiting));
        Assert.Equal((done, failed, cancelled), (counts.Done, counts.Failed, counts.Cancelled));
    }

    [Fact]
    public void Move_ThereAndBack_LeavesEveryCounterAsItWas()
    {
        foreach (var from in Enum.GetValues<CountedAs>())
        {
            foreach (var to in Enum.GetValues<CountedAs>())
            {
                var counts = new GroupCounts { Queued = 7, Ready = 2, Scheduled = 3, Running = 4, Waiting = 5, Done = 6, Failed = 8, Cancelled = 9 };
                var before = counts;

                counts.Move(from, to, 2);
                counts.Move(to, from, 2);

                Assert.Equal(before, counts);
            }
        }
    }

    [Fact]
    public void Move_Checkout_TakesFromReadyAndQueuedAndAddsToRunning()
    {
        var counts = new GroupCounts { Queued = 5, Ready = 4, Scheduled = 1 };

        counts.Move(CountedAs.Ready, CountedAs.Running, 3);

        Assert.Equal(new GroupCounts { Queued = 2, Ready = 1, Scheduled = 1, Running = 3 }, counts);
    }

    [Theory]
    [InlineData(1, 0, 0, true)]
    [InlineData(0, 1, 0, true)]
    [InlineData(0, 0, 1, true)]
    [InlineData(0, 0, 0, false)]
    public void HasUnfinished_QueuedRunningOrWaiting_IsTrue(long queued, long running, long waiting, bool expected) =>
        Assert.Equal(expected, new GroupCounts { Queued = queued, Running = running, Waiting = waiting, Done = 1, Failed = 1, Cancelled = 1 }.HasUnfinished);
}
