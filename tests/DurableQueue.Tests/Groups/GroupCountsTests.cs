using DurableQueue.Groups;
using Xunit;

namespace DurableQueue.Tests.Groups;

public sealed class GroupCountsTests
{
    private const TaskHolds DelayedAndBlocked = TaskHolds.NotBefore | TaskHolds.Dependencies;

    private static readonly CountedAs[] Places =
    [
        CountedAs.Nothing, CountedAs.Ready, CountedAs.Queued(TaskHolds.NotBefore), CountedAs.Queued(DelayedAndBlocked), CountedAs.Queued(TaskHolds.Stashed),
        CountedAs.Running, CountedAs.Waiting, CountedAs.Done, CountedAs.Failed, CountedAs.Cancelled,
    ];

    [Theory]
    [InlineData(TaskState.Queued, false, TaskHolds.None, CountedPlace.Queued)]
    [InlineData(TaskState.Queued, false, DelayedAndBlocked, CountedPlace.Queued)]
    [InlineData(TaskState.CheckedOut, false, TaskHolds.None, CountedPlace.Running)]
    [InlineData(TaskState.CheckedOut, true, TaskHolds.None, CountedPlace.Waiting)]
    [InlineData(TaskState.Done, false, TaskHolds.None, CountedPlace.Done)]
    [InlineData(TaskState.Failed, false, TaskHolds.None, CountedPlace.Failed)]
    [InlineData(TaskState.Cancelled, false, TaskHolds.None, CountedPlace.Cancelled)]
    public void Of_StateAndHolds_NamesThePlace(TaskState state, bool waiting, TaskHolds holds, object expected)
    {
        var counted = CountedAs.Of(state, waiting, holds);

        Assert.Equal((CountedPlace)expected, counted.Place);
        Assert.Equal(holds, counted.Holds);
        Assert.Equal(state is TaskState.Queued or TaskState.CheckedOut, counted.IsUnfinished);
        Assert.Equal(state == TaskState.CheckedOut, counted.IsCheckedOut);
    }

    [Fact]
    public void Of_UnknownState_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => CountedAs.Of((TaskState)9, false, TaskHolds.None));

    [Theory]
    [InlineData(TaskState.Queued, false, TaskHolds.None, 3, 3, 0, 0, 0, 0, 0, 0)]
    [InlineData(TaskState.Queued, false, TaskHolds.NotBefore, 3, 0, 3, 0, 0, 0, 0, 0)]
    [InlineData(TaskState.Queued, false, DelayedAndBlocked, 3, 0, 3, 0, 0, 0, 0, 0)]
    [InlineData(TaskState.Queued, false, TaskHolds.Stashed | TaskHolds.Approval | TaskHolds.Budget, 3, 0, 0, 0, 0, 0, 0, 0)]
    [InlineData(TaskState.CheckedOut, false, TaskHolds.None, 0, 0, 0, 3, 0, 0, 0, 0)]
    [InlineData(TaskState.CheckedOut, true, TaskHolds.None, 0, 0, 0, 0, 3, 0, 0, 0)]
    [InlineData(TaskState.Done, false, TaskHolds.None, 0, 0, 0, 0, 0, 3, 0, 0)]
    [InlineData(TaskState.Failed, false, TaskHolds.None, 0, 0, 0, 0, 0, 0, 3, 0)]
    [InlineData(TaskState.Cancelled, false, TaskHolds.None, 0, 0, 0, 0, 0, 0, 0, 3)]
    public void Move_FromNothing_AddsToTheCountersOfTheState(
        TaskState state, bool isWaiting, TaskHolds holds, long queued, long ready, long scheduled, long running, long waiting, long done, long failed, long cancelled)
    {
        var counts = default(GroupCounts);

        counts.Move(CountedAs.Nothing, CountedAs.Of(state, isWaiting, holds), 3);

        Assert.Equal((queued, ready, scheduled), (counts.Queued, counts.Ready, counts.Scheduled));
        Assert.Equal((running, waiting), (counts.Running, counts.Waiting));
        Assert.Equal((done, failed, cancelled), (counts.Done, counts.Failed, counts.Cancelled));
    }

    [Fact]
    public void Move_ThereAndBack_LeavesEveryCounterAsItWas()
    {
        foreach (var from in Places)
        {
            foreach (var to in Places)
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
    [InlineData(TaskHolds.None, 0, 0, 0, 0)]
    [InlineData(TaskHolds.NotBefore, 0, 0, 0, 0)]
    [InlineData(DelayedAndBlocked, 2, 0, 0, 0)]
    [InlineData(TaskHolds.Stashed, 0, 2, 0, 0)]
    [InlineData(TaskHolds.Approval | TaskHolds.Stashed, 0, 2, 2, 0)]
    [InlineData(TaskHolds.Budget, 0, 0, 0, 2)]
    public void MoveHolds_FromNone_CountsATaskUnderEachHold(TaskHolds holds, long blocked, long stashed, long awaitingApproval, long heldByBudget)
    {
        var counts = default(HoldCounts);

        counts.Move(TaskHolds.None, holds, 2);

        Assert.Equal((blocked, stashed, awaitingApproval, heldByBudget), (counts.Blocked, counts.Stashed, counts.AwaitingApproval, counts.HeldByBudget));
        Assert.Equal(blocked + stashed + awaitingApproval + heldByBudget == 0, counts.IsZero);
        counts.Move(holds, TaskHolds.None, 2);
        Assert.True(counts.IsZero);
    }

    [Theory]
    [InlineData(1, 0, 0, true)]
    [InlineData(0, 1, 0, true)]
    [InlineData(0, 0, 1, true)]
    [InlineData(0, 0, 0, false)]
    public void HasUnfinished_QueuedRunningOrWaiting_IsTrue(long queued, long running, long waiting, bool expected) =>
        Assert.Equal(expected, new GroupCounts { Queued = queued, Running = running, Waiting = waiting, Done = 1, Failed = 1, Cancelled = 1 }.HasUnfinished);
}
