using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>Takes tasks out of their ready lists because of a budget, and lets them back.</summary>
internal sealed class BudgetParking(WriteConnection db, LaneCache lanes, TaskMoves tasks, ParkedTasks parked)
{
    /// <summary>A ready task waits for a counter.</summary>
    public void Park(TaskId id, UsageCounter counter)
    {
        var row = TaskRow.Require(db, id);
        tasks.SetHolds(row, row.Holds | TaskHolds.Budget, lanes.ById(row.LaneId), row.NotBeforeMs);
        parked.Add(row, counter);
        FaultPoint.Reach("budget.parked");
    }

    /// <summary>A ready task fails.</summary>
    public void Refuse(TaskId id, BudgetRefusal refusal)
    {
        tasks.Finish(TaskRow.Require(db, id), TaskState.Failed, TaskOutcome.Failed, refusal.ToJson());
        FaultPoint.Reach("budget.refused");
    }

    /// <summary>The first tasks that wait for a counter may try again.</summary>
    /// <returns>How many there were.</returns>
    public int LetGo(UsageCounter counter, int most)
    {
        var first = parked.First(counter, most);
        foreach (var id in first)
        {
            var row = TaskRow.Require(db, id);
            tasks.SetHolds(row, row.Holds & ~TaskHolds.Budget, lanes.ById(row.LaneId), row.NotBeforeMs);
        }

        return first.Count;
    }
}
