using Dapper;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>
/// What a change of one task means for those that depend on it, worked off as a list and never by recursion: a chain may have
/// 100,000 links. What does not fit the transaction is stored in it, and worked off in chunks by whichever queue is open.
/// </summary>
internal sealed class Settling(WriteSession session)
{
    private readonly Queue<SettlingItem> queue = new();
    private readonly List<SettlingItem> rest = [];

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
    public void Add(SettlingKind kind, long subject, string? reason = null) => queue.Enqueue(new SettlingItem(kind, subject, 0, reason));

    public static string DependencyError(long parent) => $"Task {parent}, which this task depends on, didn't end as required.";

    public void RunAfterOperation()
    {
        if (queue.Count > 0)
        {
            Run(SettlingBudget.OfOperation());
        }
    }

    /// <summary>Whether there is stored work, whoever left it.</summary>
    public static bool ReadAny(SqliteConnection connection) => connection.ExecuteScalar<bool>(SelectAnyStored);

    /// <summary>Works off stored work.</summary>
    /// <returns>False if there was none.</returns>
    public bool RunChunk()
    {
        var select = session.Db[SelectStored];
        var through = 0L;
        while (select.Step())
        {
            through = select.Long(0);
            queue.Enqueue(new SettlingItem((SettlingKind)select.Int(1), select.Long(2), select.Long(3), select.NullableText(4)));
        }

        if (queue.Count == 0)
        {
            return false;
        }

        session.Db[DeleteStored].Bind("@through", through).Run();
        FaultPoint.Reach("settling.begun");
        Run(SettlingBudget.OfChunk());
        FaultPoint.Reach("settling.done");
        return true;
    }

    /// <summary>Stores what was not done, in the same transaction.</summary>
    public void SaveRest()
    {
        foreach (var item in rest)
        {
            session.Db[InsertStored].Bind("@kind", (long)item.Kind)
                .Bind("@subject", item.Subject)
                .Bind("@doneThrough", item.DoneThrough)
                .Bind("@reason", item.Reason)
                .Run();
        }

        session.Effects.SettlingLeft |= rest.Count > 0;
        rest.Clear();
    }

    public void Forget()
    {
        queue.Clear();
        rest.Clear();
    }

    private void Run(SettlingBudget budget)
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
    private SettlingItem? Settle(SettlingItem item, SettlingBudget budget) => item.Kind switch
    {
        SettlingKind.Dependents => SettleDependents(item, budget),
        SettlingKind.CancelTree => EachChild(item, SelectNextChild, budget, child => CancelWithTree(child, item.Reason)),
        SettlingKind.Doomed => FailDoomed(item, budget),
        SettlingKind.Unbreak => EachChild(item, SelectNextBroken, budget, child => Unbreak(child, revive: false)),
        SettlingKind.ReviveTree => EachChild(item, SelectNextBroken, budget, child => Unbreak(child, revive: true)),
        _ => throw SqliteErrors.Contradiction($"settling work of the unknown kind {(int)item.Kind}"),
    };

    private SettlingItem? SettleDependents(SettlingItem item, SettlingBudget budget)
    {
        while (true)
        {
            var range = session.Db[SelectRange].Bind("@parent", item.Subject).Bind("@after", item.DoneThrough).Bind("@limit", budget.Releases);
            range.Step();
            var (count, through) = (range.Int(0), range.Long(1));
            range.Reset();
            if (count == 0)
            {
                return null;
            }

            RequireProgress(item, through);

            // Retried meanwhile: its dependents wait for the new end.
            if (session.Db[SelectFinished].Bind("@id", item.Subject).Scalar() is not { } state)
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
    private void Release(SettlingItem item, long through, TaskState state)
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
            var lane = session.Lanes.ById(count.Long(0));
            lane.Group.CountHolds(TaskHolds.None, count.Int(1));
            session.Lanes.Invalidate(lane);
        }

        OfEdges(ReleaseChildren).Run();
        OfEdges(SatisfyEdges).Run();

        Statement OfEdges(string sql) => session.Db[sql].Bind("@parent", item.Subject)
            .Bind("@after", item.DoneThrough)
            .Bind("@through", through)
            .Bind("@condition", condition);
    }

    /// <summary>Breaks the edges that are still waiting after the release.</summary>
    private SettlingItem? FailWaiting(SettlingItem item, long through, SettlingBudget budget)
    {
        var after = item.DoneThrough;
        while (session.Db[SelectNextWaiting].Bind("@parent", item.Subject).Bind("@after", after).Bind("@through", through).Scalar() is { } child)
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
        session.Tasks.WriteEdge(parent, child.Value, DependencyState.Broken);
        if (TaskRow.Find(session.Db, child) is not { State: TaskState.Queued } row)
        {
            return;
        }

        if (session.Lanes.ById(row.LaneId).Group.Paused)
        {
            session.Db[MarkDoomed].Bind("@id", child.Value).Run();
        }
        else
        {
            session.Tasks.Finish(row, TaskState.Failed, TaskOutcome.DependencyFailed, DependencyError(parent));
        }
    }

    private SettlingItem? EachChild(SettlingItem item, string selectNext, SettlingBudget budget, Action<TaskId> settle)
    {
        while (session.Db[selectNext].Bind("@parent", item.Subject).Bind("@after", item.DoneThrough).Scalar() is { } child)
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
    private static void RequireProgress(SettlingItem item, long next)
    {
        if (next <= item.DoneThrough)
        {
            throw SqliteErrors.Contradiction($"the dependents of task {item.Subject} are in no order");
        }
    }

    /// <summary>Cancels one task and leaves its dependents to a further item. One that was reached before is finished, or in the list of those asked.</summary>
    private void CancelWithTree(TaskId id, string? reason)
    {
        switch (TaskRow.Find(session.Db, id))
        {
            case { State: TaskState.Queued } row:
                session.Tasks.Finish(row, TaskState.Cancelled, TaskOutcome.Cancelled, reason, SettlingKind.CancelTree, reason);
                break;
            case { State: TaskState.CheckedOut } row when asked.Add(id.Value):
                session.Tasks.RequestCancel(row, reason);
                Add(SettlingKind.CancelTree, id.Value, reason);
                break;
        }
    }

    private SettlingItem? FailDoomed(SettlingItem item, SettlingBudget budget)
    {
        while (session.Db[SelectDoomed].Bind("@group", item.Subject).Scalar() is { } id)
        {
            // Paused again: the next resume brings a new item.
            if (session.Groups.ById(item.Subject).Paused)
            {
                return null;
            }

            if (budget.IsUsedUp)
            {
                return item;
            }

            // Its parent may have been retried, and this task not be repaired yet.
            session.Tasks.SettleEdges(TaskRow.Require(session.Db, new TaskId(id)));
            budget.Spend(1);
        }

        return null;
    }

    private void Unbreak(TaskId child, bool revive)
    {
        var row = TaskRow.Find(session.Db, child);
        if (row is { State: TaskState.Queued })
        {
            session.Tasks.SettleEdges(row);
            return;
        }

        if (!revive || row is not { IsFinished: true, Outcome: TaskOutcome.DependencyFailed } || session.Tasks.OtherKeyHolder(row) is not null)
        {
            return;
        }

        var edges = session.Tasks.UnsettledEdges(child);
        if (edges.TrueForAll(edge => edge.State != DependencyState.Broken))
        {
            session.Tasks.Revive(row, edges);
            Add(SettlingKind.ReviveTree, child.Value);
        }
    }
}
