using Dapper;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// What a change of one task means for those that depend on it, worked off as a list and never by recursion: a chain may have
/// 100,000 links. What does not fit the transaction is stored in it, and worked off in chunks by whichever queue is open.
/// </summary>
internal sealed class Cascade(WriteContext context)
{
    private readonly Queue<CascadeItem> queue = new();
    private readonly List<CascadeItem> rest = [];

    /// <summary>Running tasks that a tree's cancel has reached in this run: diamonds reach them more than once.</summary>
    private readonly HashSet<long> asked = [];

    private const string SelectRange =
        """
        SELECT count(*), max(child)
        FROM (SELECT child FROM task_dependency WHERE parent = @parent AND child > @after ORDER BY child LIMIT @limit)
        """;

    private const string SelectFinished = "SELECT state FROM task WHERE id = @id AND state >= 2";

    private const string MetEdges =
        "parent = @parent AND child > @after AND child <= @through AND state = 0 AND (condition = 2 OR condition = @condition)";

    /// <summary>Which lanes get ready tasks by the release, and how many: RETURNING would tell it by one row a task, at the price of the release itself.</summary>
    private const string CountBecomingReady =
        $"""
        SELECT task.lane_id, count(*)
        FROM (SELECT child FROM task_dependency WHERE {MetEdges}) CROSS JOIN task ON task.id = child
        WHERE task.state = 0 AND task.pending_dependencies = 1 AND task.doomed = 0 AND task.holds = 1
        GROUP BY task.lane_id
        """;

    private const string ReleaseChildren =
        $"""
        UPDATE task
        SET pending_dependencies = pending_dependencies - 1,
            holds = CASE WHEN pending_dependencies = 1 AND doomed = 0 THEN holds & -2 ELSE holds END
        WHERE state = 0 AND id IN (SELECT child FROM task_dependency WHERE {MetEdges})
        """;

    private const string SatisfyEdges = $"UPDATE task_dependency SET state = 1 WHERE {MetEdges}";

    private const string SelectNextWaiting =
        "SELECT child FROM task_dependency WHERE parent = @parent AND child > @after AND child <= @through AND state = 0 ORDER BY child LIMIT 1";

    private const string SelectNextBroken =
        "SELECT child FROM task_dependency WHERE parent = @parent AND child > @after AND state = 2 ORDER BY child LIMIT 1";

    private const string SelectNextChild =
        "SELECT child FROM task_dependency WHERE parent = @parent AND child > @after ORDER BY child LIMIT 1";

    private const string SelectDoomed =
        """
        SELECT id FROM task INDEXED BY task_doomed
        WHERE lane_id IN (SELECT id FROM lane WHERE group_id = @group) AND state = 0 AND doomed = 1 LIMIT 1
        """;

    private const string MarkDoomed = "UPDATE task SET doomed = 1, pending_dependencies = pending_dependencies - 1 WHERE id = @id";

    private const string SelectAnyStored = "SELECT EXISTS (SELECT 1 FROM settling)";

    private const string SelectStored = "SELECT id, kind, subject, done_through, reason FROM settling ORDER BY id LIMIT 1000";

    private const string DeleteStored = "DELETE FROM settling WHERE id <= @through";

    private const string InsertStored = "INSERT INTO settling (kind, subject, done_through, reason) VALUES (@kind, @subject, @doneThrough, @reason)";

    /// <summary>Adds work for the end of the operation.</summary>
    public void Add(CascadeKind kind, long subject, string? reason = null) => queue.Enqueue(new CascadeItem(kind, subject, 0, reason));

    public static string DependencyError(long parent) => $"Task {parent}, which this task depends on, didn't end as required.";

    public void RunAfterOperation()
    {
        if (queue.Count > 0)
        {
            Run(CascadeBudget.OfOperation());
        }
    }

    /// <summary>Whether there is stored work, whoever left it.</summary>
    public static bool ReadAny(SqliteConnection connection) => connection.ExecuteScalar<bool>(SelectAnyStored);

    /// <summary>Works off stored work.</summary>
    /// <returns>False if there was none.</returns>
    public bool RunChunk()
    {
        var select = context.Db[SelectStored];
        var through = 0L;
        while (select.Step())
        {
            through = select.Long(0);
            queue.Enqueue(new CascadeItem((CascadeKind)select.Int(1), select.Long(2), select.Long(3), select.NullableText(4)));
        }

        if (queue.Count == 0)
        {
            return false;
        }

        context.Db[DeleteStored].Bind("@through", through).Run();
        FaultPoint.Reach("settling.begun");
        Run(CascadeBudget.OfChunk());
        FaultPoint.Reach("settling.done");
        return true;
    }

    /// <summary>Stores what was not done, in the same transaction.</summary>
    public void SaveRest()
    {
        foreach (var item in rest)
        {
            context.Db[InsertStored].Bind("@kind", (long)item.Kind)
                .Bind("@subject", item.Subject)
                .Bind("@doneThrough", item.DoneThrough)
                .Bind("@reason", item.Reason)
                .Run();
        }

        context.Effects.CascadeLeft |= rest.Count > 0;
        rest.Clear();
    }

    public void Forget()
    {
        queue.Clear();
        rest.Clear();
    }

    private void Run(CascadeBudget budget)
    {
        asked.Clear();
        while (queue.TryDequeue(out var item))
        {
            var left = budget.IsUsedUp ? item : Settle(item, budget);
            if (left is { } unfinished)
            {
                rest.Add(unfinished);
            }
        }
    }

    /// <summary>Does an item as far as the budget goes.</summary>
    /// <returns>What is left of it.</returns>
    private CascadeItem? Settle(CascadeItem item, CascadeBudget budget) => item.Kind switch
    {
        CascadeKind.Dependents => SettleDependents(item, budget),
        CascadeKind.CancelTree => EachChild(item, SelectNextChild, budget, child => CancelWithTree(child, item.Reason)),
        CascadeKind.Doomed => FailDoomed(item, budget),
        CascadeKind.Unbreak => EachChild(item, SelectNextBroken, budget, child => Unbreak(child, revive: false)),
        CascadeKind.ReviveTree => EachChild(item, SelectNextBroken, budget, child => Unbreak(child, revive: true)),
        _ => throw SqliteErrors.Contradiction($"settling work of the unknown kind {(int)item.Kind}"),
    };

    private CascadeItem? SettleDependents(CascadeItem item, CascadeBudget budget)
    {
        while (true)
        {
            var range = context.Db[SelectRange].Bind("@parent", item.Subject).Bind("@after", item.DoneThrough).Bind("@limit", budget.Releases);
            range.Step();
            var (count, through) = (range.Int(0), range.Long(1));
            range.Reset();
            if (count == 0)
            {
                return null;
            }

            RequireProgress(item, through);

            // Retried meanwhile: its dependents wait for the new end.
            if (context.Db[SelectFinished].Bind("@id", item.Subject).Scalar() is not { } state)
            {
                return null;
            }

            Release(item, through, (TaskState)state);
            if (FailWaiting(item, through, budget) is { } left)
            {
                return left;
            }

            item = item with { DoneThrough = through };
            budget.Spend(count / 10);
            if (budget.IsUsedUp)
            {
                return item;
            }
        }
    }

    /// <summary>Satisfies the edges whose condition is met: one statement each for the counters, the tasks and the edges.</summary>
    private void Release(CascadeItem item, long through, TaskState state)
    {
        var condition = state switch
        {
            TaskState.Done => (long)DependencyCondition.Succeeded,
            TaskState.Failed => (long)DependencyCondition.Failed,
            _ => (long)DependencyCondition.Finished,
        };
        var count = OfEdges(CountBecomingReady);
        while (count.Step())
        {
            var lane = context.Lanes.ById(count.Long(0));
            lane.Group.CountHolds(TaskHolds.None, count.Int(1));
            context.Lanes.Invalidate(lane);
        }

        OfEdges(ReleaseChildren).Run();
        OfEdges(SatisfyEdges).Run();

        Statement OfEdges(string sql) => context.Db[sql].Bind("@parent", item.Subject)
            .Bind("@after", item.DoneThrough)
            .Bind("@through", through)
            .Bind("@condition", condition);
    }

    /// <summary>Breaks the edges that are still waiting after the release.</summary>
    private CascadeItem? FailWaiting(CascadeItem item, long through, CascadeBudget budget)
    {
        var after = item.DoneThrough;
        while (context.Db[SelectNextWaiting].Bind("@parent", item.Subject).Bind("@after", after).Bind("@through", through).Scalar() is { } child)
        {
            if (budget.IsUsedUp)
            {
                return item with { DoneThrough = after };
            }

            Break(item.Subject, new TaskId(child));
            budget.Spend(1);
            after = child;
        }

        return null;
    }

    private void Break(long parent, TaskId child)
    {
        context.Tasks.WriteEdge(parent, child.Value, DependencyState.Broken);
        if (TaskRow.Find(context.Db, child) is not { State: TaskState.Queued } row)
        {
            return;
        }

        if (context.Lanes.ById(row.LaneId).Group.Paused)
        {
            context.Db[MarkDoomed].Bind("@id", child.Value).Run();
        }
        else
        {
            context.Tasks.Finish(row, TaskState.Failed, TaskOutcome.DependencyFailed, DependencyError(parent));
        }
    }

    private CascadeItem? EachChild(CascadeItem item, string selectNext, CascadeBudget budget, Action<TaskId> settle)
    {
        while (context.Db[selectNext].Bind("@parent", item.Subject).Bind("@after", item.DoneThrough).Scalar() is { } child)
        {
            if (budget.IsUsedUp)
            {
                return item;
            }

            RequireProgress(item, child);
            settle(new TaskId(child));
            budget.Spend(1);
            item = item with { DoneThrough = child };
        }

        return null;
    }

    /// <summary>A number that is stored as text sorts behind all others, and is read as 0: the work would never end.</summary>
    private static void RequireProgress(CascadeItem item, long next)
    {
        if (next <= item.DoneThrough)
        {
            throw SqliteErrors.Contradiction($"the dependents of task {item.Subject} are in no order");
        }
    }

    /// <summary>Cancels one task and leaves its dependents to a further item. One that was reached before is finished, or in the list of those asked.</summary>
    private void CancelWithTree(TaskId id, string? reason)
    {
        switch (TaskRow.Find(context.Db, id))
        {
            case { State: TaskState.Queued } row:
                context.Tasks.Finish(row, TaskState.Cancelled, TaskOutcome.Cancelled, reason, CascadeKind.CancelTree, reason);
                break;
            case { State: TaskState.CheckedOut } row when asked.Add(id.Value):
                context.Tasks.RequestCancel(row, reason);
                Add(CascadeKind.CancelTree, id.Value, reason);
                break;
        }
    }

    private CascadeItem? FailDoomed(CascadeItem item, CascadeBudget budget)
    {
        while (context.Db[SelectDoomed].Bind("@group", item.Subject).Scalar() is { } id)
        {
            // Paused again: the next resume brings a new item.
            if (context.Groups.ById(item.Subject).Paused)
            {
                return null;
            }

            if (budget.IsUsedUp)
            {
                return item;
            }

            // Its parent may have been retried, and this task not be repaired yet.
            context.Tasks.SettleEdges(TaskRow.Require(context.Db, new TaskId(id)));
            budget.Spend(1);
        }

        return null;
    }

    private void Unbreak(TaskId child, bool revive)
    {
        var row = TaskRow.Find(context.Db, child);
        if (row is { State: TaskState.Queued })
        {
            context.Tasks.SettleEdges(row);
            return;
        }

        if (!revive || row is not { IsFinished: true, Outcome: TaskOutcome.DependencyFailed } || context.Tasks.OtherKeyHolder(row) is not null)
        {
            return;
        }

        var edges = context.Tasks.UnsettledEdges(child);
        if (edges.TrueForAll(edge => edge.State != DependencyState.Broken))
        {
            context.Tasks.Revive(row, edges);
            Add(CascadeKind.ReviveTree, child.Value);
        }
    }
}
