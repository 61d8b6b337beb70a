using DurableQueue.Approvals;
using DurableQueue.Lifecycle;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Changes a queued task.</summary>
internal sealed class EditTask(TaskId id, TaskEdit edit, IReadOnlyList<AwaitedTask>? after, long? notBeforeMs) : WriteOperation<bool>
{
    private const int MostNodes = 100_000;

    private const string SetFields =
        """
        UPDATE task
        SET label = CASE @setLabel WHEN 1 THEN @label ELSE label END,
            max_attempts = coalesce(@maxAttempts, max_attempts)
        WHERE id = @id
        """;

    private const string SetPayload =
        """
        INSERT INTO task_body (id, payload, shared_id, shared_at) VALUES (@id, @payload, @part, @partAt)
        ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, shared_id = excluded.shared_id, shared_at = excluded.shared_at
        """;

    private const string SelectPart = "SELECT shared_id FROM task_body WHERE id = @id";

    private const string DeleteEdges = "DELETE FROM task_dependency WHERE child = @child";

    private const string InsertEdge =
        "INSERT INTO task_dependency (parent, child, condition, state) VALUES (@parent, @child, @condition, 0)";

    private const string SelectUnsatisfiedParents = $"SELECT parent FROM task_dependency WHERE child = @child AND state <> {EdgeCode.Satisfied}";

    protected override bool Execute(WriteContext context)
    {
        var row = TaskRow.Require(context.Db, id);
        Transitions.Require(id, row.State, TaskTrigger.Edit);
        if (edit.MaxAttempts <= row.Attempt)
        {
            throw new ArgumentException($"MaxAttempts must be greater than the number of attempts already made, {row.Attempt}.", nameof(edit));
        }

        CheckDependencies(context);
        WriteFields(context);
        if (edit.Priority is { } priority)
        {
            context.Tasks.SetPlace(row, -(long)priority, row.Position);
        }

        // Read again: its place in the lane depends on the rank that was just written.
        row = TaskRow.Require(context.Db, id);
        var lane = context.Lanes.ById(row.LaneId);

        var target = edit.Group is null || edit.Group == lane.Group.Name
            ? lane
            : context.Lanes.Ensure(context.Groups.Ensure(edit.Group), lane.Type, lane.Urgency);

        // Another group may have another budget, and another command too.
        var holds = target == lane && edit.Payload is null ? row.Holds : row.Holds & ~TaskHolds.Budget;
        if (notBeforeMs is { } time)
        {
            holds = holds.With(TaskHolds.NotBefore, Holds.IsDelayed(time, context.NowMs));
        }

        // Moved, it may stand behind another gate; and what was approved was the old payload.
        if ((target != lane || edit.Payload is not null) && context.Approvals.Recheck(row, target, isChanged: edit.Payload is not null) == ApprovalState.Pending)
        {
            holds |= TaskHolds.Approval;
        }

        if (target != lane || holds != row.Holds || notBeforeMs is not null)
        {
            var delay = notBeforeMs is null ? row.NotBeforeMs : holds.HasFlag(TaskHolds.NotBefore) ? notBeforeMs : null;
            context.Tasks.SetHolds(row, holds, target, delay);
        }

        if (target != lane || edit.Label is not null)
        {
            context.Approvals.Follow(row, target);
        }

        if (after is not null || (row.Doomed && target != lane))
        {
            context.Tasks.DecideDependencies(TaskRow.Require(context.Db, id));
        }

        return true;
    }

    private void WritePayload(WriteContext context, ReadOnlySpan<byte> payload)
    {
        var old = context.Db[SelectPart].Bind("@id", id.Value).Scalar();
        var shared = SharedParts.Find(context.Lanes.ById(TaskRow.Require(context.Db, id).LaneId).Type, payload);
        var (at, length) = shared.GetOffsetAndLength(payload.Length);
        context.Db[SetPayload].Bind("@id", id.Value)
            .Bind("@payload", length == 0 ? payload : [.. payload[..at], .. payload[(at + length)..]])
            .Bind("@part", length == 0 ? null : SharedParts.Keep(context, payload[shared]))
            .Bind("@partAt", length == 0 ? null : (long?)at)
            .Run();
        if (old is { } part)
        {
            SharedParts.Release(context, part);
        }
    }

    private void WriteFields(WriteContext context)
    {
        context.Db[SetFields].Bind("@id", id.Value)
            .Bind("@setLabel", edit.Label is not null)
            .Bind("@label", string.IsNullOrEmpty(edit.Label) ? null : edit.Label)
            .Bind("@maxAttempts", (long?)edit.MaxAttempts)
            .Run();
        if (edit.Payload is { } payload)
        {
            WritePayload(context, payload.Span);
        }

        if (after is null)
        {
            return;
        }

        context.Db[DeleteEdges].Bind("@child", id.Value).Run();
        foreach (var awaited in after)
        {
            context.Db[InsertEdge].Bind("@parent", awaited.On).Bind("@child", id.Value).Bind("@condition", (long)awaited.When).Run();
            context.Edges.MarkAwaited(awaited.On);
        }
    }

    /// <summary>Before anything is written: every awaited task exists, and none of them waits for this one.</summary>
    private void CheckDependencies(WriteContext context)
    {
        if (after is null || after.Count == 0)
        {
            return;
        }

        var seen = new HashSet<long>();
        var open = new Stack<long>();
        foreach (var awaited in after)
        {
            if (awaited.On == id.Value)
            {
                throw new ArgumentException("After must not contain the task itself.", nameof(edit));
            }

            if (context.StoredTasks.StateOf(awaited.On) is null)
            {
                throw new ArgumentException($"After contains task {awaited.On}, which does not exist or was removed.", nameof(edit));
            }

            open.Push(awaited.On);
        }

        while (open.TryPop(out var node))
        {
            if (node == id.Value)
            {
                throw new ArgumentException($"After must not form a cycle: one of its tasks depends on task {id}.", nameof(edit));
            }

            if (!seen.Add(node))
            {
                continue;
            }

            if (seen.Count > MostNodes)
            {
                throw new ArgumentException($"After leads to more than {MostNodes} tasks, so a cycle can't be ruled out.", nameof(edit));
            }

            var parents = context.Db[SelectUnsatisfiedParents].Bind("@child", node);
            while (parents.Step())
            {
                open.Push(parents.Long(0));
            }
        }
    }
}
