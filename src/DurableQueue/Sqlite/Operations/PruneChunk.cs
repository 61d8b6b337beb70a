using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Deletes finished tasks of one state that are older than their retention: one chunk, in the order of their finish.</summary>
internal sealed class PruneChunk(TaskState state, RetentionPolicy policy, long afterSequence) : WriteOperation<PruneProgress>
{
    private const int Most = 500;

    private const string SelectFinished =
        $"""
        SELECT id, finish_sequence, outcome, finished_at_ms FROM task INDEXED BY task_finished
        WHERE state >= {TaskStateCode.FirstFinished} AND state = @state AND finish_sequence > @after AND (@groups IS NULL OR lane_id IN
            (SELECT l.id FROM lane l JOIN task_group g ON g.id = l.group_id WHERE g.name IN (SELECT value FROM json_each(@groups))))
        ORDER BY finish_sequence LIMIT @limit
        """;

    public override bool StartsBatch => true;

    protected override PruneProgress Execute(WriteContext context)
    {
        var (old, seen, last) = FindOld(context);
        var deleted = 0;
        foreach (var (id, sequence) in old)
        {
            if (DeletedRows.WaitingChildren(context, id, 1).Count == 0)
            {
                DeletedRows.Delete(context, TaskRow.Require(context.Db, id));
                context.Counters.PrunedThrough(sequence);
                FaultPoint.Reach("prune.deleted");
                deleted++;
            }
        }

        if (deleted > 0)
        {
            context.Counters.Removed();
        }

        return new PruneProgress(deleted, last, seen < Most);
    }

    private (List<(TaskId Id, long Sequence)> Old, int Seen, long Last) FindOld(WriteContext context)
    {
        var old = new List<(TaskId, long)>();
        var (seen, last) = (0, afterSequence);
        var select = context.Db[SelectFinished].Bind("@state", (long)state).Bind("@after", afterSequence).Bind("@limit", Most)
            .Bind("@groups", policy.Groups is { } groups ? StoredJson.WriteNames(groups) : null);
        while (select.Step())
        {
            seen++;
            last = select.Long(1);
            if (policy.For((TaskOutcome)select.Int(2)) is { } keep && select.Long(3) + keep.TotalMilliseconds <= context.NowMs)
            {
                old.Add((new TaskId(select.Long(0)), last));
            }
        }

        return (old, seen, last);
    }
}
