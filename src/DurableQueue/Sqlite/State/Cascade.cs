using DurableQueue.Dependencies;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>
/// What a change of one task means for those that depend on it, worked off as a list and never by recursion: a chain may have
/// 100,000 links. What does not fit the transaction is stored in it, and worked off in chunks by whichever queue is open.
/// </summary>
internal sealed class Cascade(TransactionState rows, TaskMoves tasks, DedupKeys keys, DependencyEdges edges, CascadeWork work)
{
    private readonly DependencyReleases releases = new(rows.Db, rows.Lanes);
    private readonly CascadeRecords records = new(rows.Db);

    /// <summary>Running tasks that a tree's cancel has reached in this run: diamonds reach them more than once.</summary>
    private readonly HashSet<long> asked = [];

    private const string SelectFinished = $"SELECT state FROM task WHERE id = @id AND state >= {TaskStateCode.FirstFinished}";

    private const string SelectNextBroken =
        $"SELECT child FROM task_dependency WHERE parent = @parent AND child > @after AND state = {EdgeCode.Broken} ORDER BY child LIMIT 1";

    private const string SelectNextChild =
        "SELECT child FROM task_dependency WHERE parent = @parent AND child > @after ORDER BY child LIMIT 1";

    private const string SelectDoomed =
        $"""
        SELECT id FROM task INDEXED BY task_doomed
        WHERE lane_id IN (SELECT id FROM lane WHERE group_id = @group) AND state = {TaskStateCode.Queued} AND doomed = 1 LIMIT 1
        """;

    private const string MarkDoomed = "UPDATE task SET doomed = 1, pending_dependencies = pending_dependencies - 1 WHERE id = @id";

    /// <summary>Adds work for the end of the operation.</summary>
    public void Add(CascadeKind kind, long subject, string? reason = null) => work.Add(kind, subject, reason);

    public void RunAfterOperation()
    {
        if (!work.IsEmpty)
        {
            Run(CascadeBudget.OfOperation());
        }
    }

    /// <summary>Works off stored work.</summary>
    /// <returns>False if there was none.</returns>
    public bool RunChunk()
    {
        records.MoveTo(work);
        if (work.IsEmpty)
        {
            return false;
        }

        FaultPoint.Reach("settling.begun");
        Run(CascadeBudget.OfChunk());
        FaultPoint.Reach("settling.done");
        return true;
    }

    /// <summary>Stores what was not done, in the same transaction.</summary>
    public void SaveRest()
    {
        rows.Effects.CascadeLeft |= work.Postponed.Count > 0;
        records.Save(work);
    }

    public void Forget() => work.Clear();

    private void Run(CascadeBudget budget)
    {
        asked.Clear();
        while (work.TryTake(out var item))
        {
            var left = budget.IsUsedUp ? item : Run(item, budget);
            if (left is { } unfinished)
            {
                work.Postpone(unfinished);
            }
        }
    }

    /// <summary>Does an item as far as the budget goes.</summary>
    /// <returns>What is left of it.</returns>
    private CascadeItem? Run(CascadeItem item, CascadeBudget budget) => item.Kind switch
    {
        CascadeKind.Dependents => DecideDependents(item, budget),
        CascadeKind.CancelTree => RunEach(item, SelectNextChild, budget),
        CascadeKind.Doomed => FailDoomed(item, budget),
        CascadeKind.Unbreak or CascadeKind.ReviveTree => RunEach(item, SelectNextBroken, budget),
        _ => throw SqliteErrors.Contradiction($"cascade work of the unknown kind {(int)item.Kind}"),
    };

    private CascadeItem? DecideDependents(CascadeItem item, CascadeBudget budget)
    {
        while (true)
        {
            var (count, through) = releases.NextRange(item, budget.Releases);
            if (count == 0)
            {
                return null;
            }

            RequireProgress(item, through);

            // Retried meanwhile: its dependents wait for the new end.
            if (rows.Db[SelectFinished].Bind("@id", item.Subject).Scalar() is not { } state)
            {
                return null;
            }

            releases.Satisfy(item, through, CascadeRules.MetBy((TaskState)state));
            if (BreakRest(item, through, budget) is { } left)
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

    /// <summary>Breaks the edges of a range that the end of the task did not satisfy.</summary>
    private CascadeItem? BreakRest(CascadeItem item, long through, CascadeBudget budget)
    {
        var after = item.DoneThrough;
        while (releases.NextUnsatisfied(item, after, through) is { } child)
        {
            if (budget.IsUsedUp)
            {
                return item with { DoneThrough = after };
            }

            edges.Write(item.Subject, new TaskId(child), DependencyState.Broken);
            Step(item, new TaskId(child));
            budget.Spend(1);
            after = child;
        }

        return null;
    }

    private CascadeItem? RunEach(CascadeItem item, string selectNext, CascadeBudget budget)
    {
        while (rows.Db[selectNext].Bind("@parent", item.Subject).Bind("@after", item.DoneThrough).Scalar() is { } child)
        {
            if (budget.IsUsedUp)
            {
                return item;
            }

            RequireProgress(item, child);
            Step(item, new TaskId(child));
            budget.Spend(1);
            item = item with { DoneThrough = child };
        }

        return null;
    }

    private CascadeItem? FailDoomed(CascadeItem item, CascadeBudget budget)
    {
        // Paused again: the next resume brings a new item.
        while (!rows.Groups.ById(item.Subject).Paused && rows.Db[SelectDoomed].Bind("@group", item.Subject).Scalar() is { } id)
        {
            if (budget.IsUsedUp)
            {
                return item;
            }

            // Its parent may have been retried, and this task not be repaired yet.
            Step(item, new TaskId(id));
            budget.Spend(1);
        }

        return null;
    }

    /// <summary>Does to one task what the work says.</summary>
    private void Step(CascadeItem item, TaskId id)
    {
        if (TaskRow.Find(rows.Db, id) is not { } row)
        {
            return;
        }

        var step = CascadeRules.StepFor(item.Kind, row.State, row.Outcome, rows.Lanes.ById(row.LaneId).Group.Paused);
        var followUp = CascadeRules.FollowUpOf(step);
        switch (step)
        {
            case CascadeStep.Fail:
                tasks.FailDependent(row, item.Subject);
                break;
            case CascadeStep.Doom:
                rows.Db[MarkDoomed].Bind("@id", id.Value).Run();
                break;
            case CascadeStep.Cancel:
                tasks.Finish(row, TaskState.Cancelled, TaskOutcome.Cancelled, item.Reason, followUp!.Value, item.Reason);
                break;
            case CascadeStep.RequestCancel when asked.Add(id.Value):
                tasks.RequestCancel(row, item.Reason);
                work.Add(followUp!.Value, id.Value, item.Reason);
                break;
            case CascadeStep.DecideDependencies:
                tasks.DecideDependencies(row);
                break;
            case CascadeStep.Revive:
                var unsatisfied = edges.ReadUnsatisfied(id);
                if (CascadeRules.MayRevive(DependencyEdges.Tally(unsatisfied), keyIsTaken: keys.OtherHolder(row) is not null))
                {
                    tasks.Revive(row, unsatisfied);
                    work.Add(followUp!.Value, id.Value);
                }

                break;
        }
    }

    /// <summary>A number that is stored as text sorts behind all others, and is read as 0: the work would never end.</summary>
    private static void RequireProgress(CascadeItem item, long next)
    {
        if (next <= item.DoneThrough)
        {
            throw SqliteErrors.Contradiction($"the dependents of task {item.Subject} are in no order");
        }
    }
}
