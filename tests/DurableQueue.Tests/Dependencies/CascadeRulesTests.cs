using DurableQueue.Dependencies;
using Xunit;

namespace DurableQueue.Tests.Dependencies;

public sealed class CascadeRulesTests
{
    [Theory]
    [InlineData(TaskState.Done, DependencyCondition.Succeeded)]
    [InlineData(TaskState.Failed, DependencyCondition.Failed)]
    [InlineData(TaskState.Cancelled, DependencyCondition.Finished)]
    public void MetBy_FinishedState_AgreesWithTheEdges(TaskState finished, DependencyCondition expected)
    {
        Assert.Equal(expected, CascadeRules.MetBy(finished));
        foreach (var condition in Enum.GetValues<DependencyCondition>())
        {
            var isMet = condition == expected || condition == DependencyCondition.Finished;
            Assert.Equal(isMet ? DependencyState.Satisfied : DependencyState.Broken, Edges.Resolve(condition, finished));
        }
    }

    [Theory]
    [InlineData(TaskState.Queued)]
    [InlineData(TaskState.CheckedOut)]
    public void MetBy_UnfinishedState_Throws(TaskState state) => Assert.Throws<ArgumentOutOfRangeException>(() => CascadeRules.MetBy(state));

    [Theory]
    [InlineData(CascadeKind.Dependents, TaskState.Queued, TaskOutcome.None, false, CascadeStep.Fail)]
    [InlineData(CascadeKind.Dependents, TaskState.Queued, TaskOutcome.None, true, CascadeStep.Doom)]
    [InlineData(CascadeKind.Dependents, TaskState.CheckedOut, TaskOutcome.None, false, CascadeStep.Skip)]
    [InlineData(CascadeKind.Dependents, TaskState.Failed, TaskOutcome.DependencyFailed, false, CascadeStep.Skip)]
    [InlineData(CascadeKind.CancelTree, TaskState.Queued, TaskOutcome.None, false, CascadeStep.Cancel)]
    [InlineData(CascadeKind.CancelTree, TaskState.Queued, TaskOutcome.None, true, CascadeStep.Cancel)]
    [InlineData(CascadeKind.CancelTree, TaskState.CheckedOut, TaskOutcome.None, false, CascadeStep.RequestCancel)]
    [InlineData(CascadeKind.CancelTree, TaskState.Done, TaskOutcome.Succeeded, false, CascadeStep.Skip)]
    [InlineData(CascadeKind.CancelTree, TaskState.Cancelled, TaskOutcome.Cancelled, false, CascadeStep.Skip)]
    [InlineData(CascadeKind.Doomed, TaskState.Queued, TaskOutcome.None, false, CascadeStep.DecideDependencies)]
    [InlineData(CascadeKind.Doomed, TaskState.Queued, TaskOutcome.None, true, CascadeStep.Skip)]
    [InlineData(CascadeKind.Unbreak, TaskState.Queued, TaskOutcome.None, false, CascadeStep.DecideDependencies)]
    [InlineData(CascadeKind.Unbreak, TaskState.Queued, TaskOutcome.None, true, CascadeStep.DecideDependencies)]
    [InlineData(CascadeKind.Unbreak, TaskState.Failed, TaskOutcome.DependencyFailed, false, CascadeStep.Skip)]
    [InlineData(CascadeKind.ReviveTree, TaskState.Queued, TaskOutcome.None, false, CascadeStep.DecideDependencies)]
    [InlineData(CascadeKind.ReviveTree, TaskState.Failed, TaskOutcome.DependencyFailed, false, CascadeStep.Revive)]
    [InlineData(CascadeKind.ReviveTree, TaskState.Failed, TaskOutcome.DependencyFailed, true, CascadeStep.Revive)]
    [InlineData(CascadeKind.ReviveTree, TaskState.Failed, TaskOutcome.Failed, false, CascadeStep.Skip)]
    [InlineData(CascadeKind.ReviveTree, TaskState.CheckedOut, TaskOutcome.None, false, CascadeStep.Skip)]
    public void StepFor_WorkReachesATask_SaysWhatHappensToIt(object kind, TaskState state, TaskOutcome outcome, bool groupPaused, object expected) =>
        Assert.Equal((CascadeStep)expected, CascadeRules.StepFor((CascadeKind)kind, state, outcome, groupPaused));

    [Theory]
    [InlineData(CascadeStep.Fail, CascadeKind.Dependents)]
    [InlineData(CascadeStep.Cancel, CascadeKind.CancelTree)]
    [InlineData(CascadeStep.RequestCancel, CascadeKind.CancelTree)]
    [InlineData(CascadeStep.Revive, CascadeKind.ReviveTree)]
    public void FollowUpOf_StepThatChangesATask_LeavesWorkForItsDependents(object step, object expected) =>
        Assert.Equal((CascadeKind)expected, CascadeRules.FollowUpOf((CascadeStep)step));

    [Theory]
    [InlineData(CascadeStep.Skip)]
    [InlineData(CascadeStep.Doom)]
    [InlineData(CascadeStep.DecideDependencies)]
    public void FollowUpOf_StepAfterWhichTheTaskIsUnfinished_LeavesNone(object step) => Assert.Null(CascadeRules.FollowUpOf((CascadeStep)step));

    [Fact]
    public void MayRevive_BrokenDependencyOrTakenKey_IsFalse()
    {
        Assert.True(CascadeRules.MayRevive(Tally((1, DependencyState.Waiting)), keyIsTaken: false));
        Assert.False(CascadeRules.MayRevive(Tally((1, DependencyState.Waiting)), keyIsTaken: true));
        Assert.False(CascadeRules.MayRevive(Tally((1, DependencyState.Broken)), keyIsTaken: false));
    }

    [Fact]
    public void StepFor_Dependencies_FailsOrDoomsOnlyWhereOneIsBroken()
    {
        Assert.Equal(CascadeStep.Skip, CascadeRules.StepFor(Tally((1, DependencyState.Waiting)), groupPaused: false));
        Assert.Equal(CascadeStep.Fail, CascadeRules.StepFor(Tally((1, DependencyState.Broken)), groupPaused: false));
        Assert.Equal(CascadeStep.Doom, CascadeRules.StepFor(Tally((1, DependencyState.Broken)), groupPaused: true));
    }

    [Fact]
    public void Tally_Dependencies_CountsWaitingOnesAndNamesTheFirstBroken()
    {
        var none = Tally((1, DependencyState.Satisfied));
        var some = Tally((1, DependencyState.Waiting), (2, DependencyState.Broken), (3, DependencyState.Broken), (4, DependencyState.Waiting));

        Assert.Equal((0, null, false), (none.Pending, none.Broken, none.Holds));
        Assert.Equal((2, 2L, true), (some.Pending, some.Broken, some.Holds));
    }

    [Fact]
    public void Work_TakenAndPostponed_KeepsItsOrder()
    {
        var work = new CascadeWork();
        work.Add(CascadeKind.Dependents, 1);
        work.Add(CascadeKind.CancelTree, 2, "why");

        Assert.True(work.TryTake(out var first));
        Assert.True(work.TryTake(out var second));
        Assert.False(work.TryTake(out _));
        Assert.Equal(new CascadeItem(CascadeKind.Dependents, 1, 0, null), first);
        Assert.Equal(new CascadeItem(CascadeKind.CancelTree, 2, 0, "why"), second);

        work.Postpone(first with { DoneThrough = 7 });
        work.Postpone(second);
        Assert.Equal([first with { DoneThrough = 7 }, second], work.Postponed);
        Assert.True(work.IsEmpty);
        work.ClearPostponed();
        Assert.Empty(work.Postponed);
    }

    private static DependencyTally Tally(params (long Parent, DependencyState State)[] edges)
    {
        var tally = default(DependencyTally);
        foreach (var (parent, state) in edges)
        {
            tally.Add(parent, state);
        }

        return tally;
    }
}
