using System.Threading.Tasks.Sources;
using DurableQueue.Approvals;
using DurableQueue.Dependencies;
using DurableQueue.Groups;
using DurableQueue.Lifecycle;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Stores a list of new tasks, all or none.</summary>
internal sealed class EnqueueTasks(IReadOnlyList<CheckedTask> tasks) : SharedOperation<EnqueueTasks, EnqueueResult[]>, IValueTaskSource<TaskId>
{
    /// <summary>How many operations share their statements, and how long their lists may be: what is shared is planned and written at once.</summary>
    private const int MostShared = 64;
    private const int LongestShared = 16;

    private const string InsertTask =
        $"""
        INSERT INTO task (id, lane_id, state, holds, rank, position, max_attempts, approval, dedup, awaited, pending_dependencies, doomed,
                          enqueued_at_ms, not_before_at_ms, lease_override_ms, timeout_ms, label)
        VALUES (@id, @lane, {TaskStateCode.Queued}, @holds, @rank, @id, @maxAttempts, @approval, @dedup, @awaited, @pending, @doomed, @now, @notBefore, @lease, @timeout, @label)
        """;

    private const string InsertBody =
        """
        INSERT INTO task_body (id, metadata, retry, dedup_key, trace_parent, trace_state, payload, shared_id, shared_at)
        VALUES (@id, @metadata, @retry, @key, @traceParent, @traceState, @payload, @part, @partAt)
        """;

    private const string InsertKey = "INSERT INTO dedup (key, task_id) VALUES (@key, @id)";

    private const string InsertEdge =
        "INSERT INTO task_dependency (parent, child, condition, state) VALUES (@parent, @child, @condition, @state)";

    private readonly IReadOnlyList<CheckedTask> tasks = tasks;

    /// <summary>Plain tasks: the store finds no mistakes in them, and no keys or dependencies tie them to others.</summary>
    private readonly bool mayShare = tasks.Count <= LongestShared && ArePlain(tasks);

    /// <summary>The answer for a caller that stores one task.</summary>
    public ValueTask<TaskId> FirstAnswer => AnswerBy<TaskId>(this);

    TaskId IValueTaskSource<TaskId>.GetResult(short token) => GetResult(token)[0].Id;

    protected override bool CanServe(EnqueueTasks other) => Served.Count + 1 < MostShared && mayShare && other.mayShare;

    protected override EnqueueResult[] Execute(WriteContext context)
    {
        if (Served.Count == 0)
        {
            return Run(context, tasks);
        }

        var results = Run(context, [.. tasks, .. Served.SelectMany(other => other.tasks)]);
        var next = tasks.Count;
        foreach (var other in Served)
        {
            other.Give(results[next..(next += other.tasks.Count)]);
        }

        return results[..tasks.Count];
    }

    public static EnqueueResult[] Run(WriteContext context, IReadOnlyList<CheckedTask> tasks)
    {
        var plan = new EnqueuePlan(tasks, context.StoredTasks);
        for (var i = 0; i < tasks.Count; i++)
        {
            if (plan.Results[i].Created)
            {
                Insert(context, plan.Results[i].Id, tasks[i], plan.EdgesOf(i), plan.IsAwaited(i));
            }
        }

        context.NewTasks.Write();
        foreach (var parent in plan.AwaitedBefore)
        {
            context.Edges.MarkAwaited(parent);
        }

        return plan.Results;
    }

    private static bool ArePlain(IReadOnlyList<CheckedTask> tasks)
    {
        for (var i = 0; i < tasks.Count; i++)
        {
            if (!tasks[i].IsPlain)
            {
                return false;
            }
        }

        return true;
    }

    private static void Insert(WriteContext context, TaskId id, CheckedTask task, IReadOnlyList<PlannedEdge> edges, bool awaited)
    {
        var placement = Place(context, task, edges);
        InsertRow(context, id, task, in placement, awaited);
        InsertRest(context, id, task, edges);
        if (placement.Approval is { } demand)
        {
            context.Approvals.AskBeforeRun(id, placement.Lane, task.Label, demand);
        }

        Count(context, id, task, in placement);
        if (placement.Step == CascadeStep.Fail)
        {
            context.Tasks.FailDependent(TaskRow.Require(context.Db, id), placement.Dependencies.Broken!.Value);
        }
    }

    /// <summary>Where a new task is queued, and what holds it there.</summary>
    private static Placement Place(WriteContext context, CheckedTask task, IReadOnlyList<PlannedEdge> edges)
    {
        var group = EnsureGroup(context, task);
        var lane = context.Lanes.Ensure(group, task.Type, task.RunNow);
        var notBefore = task.NotBeforeMs ?? (task.DelayMs > 0 ? context.NowMs + task.DelayMs : null);
        var approval = task.Approval is null && !context.Gates.AreAny
            ? null
            : ApprovalDemand.Of(task.Approval, context.Gates.Matching(task.Type, task.Group, task.MetadataJson, task.Payload.Span));
        var dependencies = Tally(edges);
        var holds = Holds.At(context.NowMs, new HoldReasons(dependencies.Holds, notBefore, task.Stashed, approval is not null));
        return new Placement(lane, holds, notBefore, approval, dependencies, CascadeRules.StepFor(dependencies, group.Paused));
    }

    private static void InsertRow(WriteContext context, TaskId id, CheckedTask task, in Placement placement, bool awaited)
    {
        if (placement.Holds == TaskHolds.None && placement.NotBeforeMs is null && task.IsPlain && !awaited)
        {
            context.NewTasks.AddTask(id, placement.Lane, -(long)task.Priority, task.MaxAttempts);
            return;
        }

        context.Db[InsertTask].Bind("@id", id.Value)
            .Bind("@lane", placement.Lane.Id)
            .Bind("@holds", (long)placement.Holds)
            .Bind("@rank", -(long)task.Priority)
            .Bind("@maxAttempts", task.MaxAttempts)
            .Bind("@approval", (long)(placement.Approval is null ? ApprovalState.None : ApprovalState.Pending))
            .Bind("@dedup", StoredScope.Write(task.DedupKey, task.DedupScope))
            .Bind("@awaited", awaited)
            .Bind("@pending", placement.Dependencies.Pending)
            .Bind("@doomed", placement.Step == CascadeStep.Doom)
            .Bind("@now", context.NowMs)
            .Bind("@notBefore", placement.NotBeforeMs)
            .Bind("@lease", task.LeaseMs)
            .Bind("@timeout", task.TimeoutMs)
            .Bind("@label", task.Label)
            .Run();
    }

    /// <summary>Tells the counters, the lane and the clock of a new task.</summary>
    private static void Count(WriteContext context, TaskId id, CheckedTask task, in Placement placement)
    {
        var (lane, holds) = (placement.Lane, placement.Holds);
        lane.Group.Move(CountedAs.Nothing, CountedAs.Queued(holds));
        context.Blocks.Move(id, CountedAs.Nothing, CountedAs.Queued(holds));
        context.Effects.Events.Add(TaskEventKind.Enqueued, lane.Group.Name, lane.Type);
        if (holds == TaskHolds.None)
        {
            context.Lanes.AddReady(lane, id.Value, -(long)task.Priority, id.Value);
        }

        if ((holds & TaskHolds.NotBefore) != 0)
        {
            context.Deadlines.AddDue(placement.NotBeforeMs!.Value);
        }
    }

    private static DependencyTally Tally(IReadOnlyList<PlannedEdge> edges)
    {
        var tally = default(DependencyTally);
        for (var i = 0; i < edges.Count; i++)
        {
            tally.Add(edges[i].Parent, edges[i].State);
        }

        return tally;
    }

    private static GroupState EnsureGroup(WriteContext context, CheckedTask task)
    {
        var isNew = task.GroupParallelism is not null && context.Groups.FindRow(task.Group) is null or { Removed: true, Parallelism: 0 };
        var group = context.Groups.Ensure(task.Group);
        if (EnqueuedLimit.Of(task.GroupParallelism, isNew, group.Parallelism) is { } limit)
        {
            group.SetParallelism(limit);
        }

        return group;
    }

    private static void InsertRest(WriteContext context, TaskId id, CheckedTask task, IReadOnlyList<PlannedEdge> edges)
    {
        var shared = SharedParts.Find(task.Type, task.Payload.Span);
        var (at, length) = shared.GetOffsetAndLength(task.Payload.Length);
        if (task.HasPayloadOnly && length == 0)
        {
            context.NewTasks.AddPayload(id, task.Payload);
        }
        else if (task.HasBody)
        {
            context.Db[InsertBody].Bind("@id", id.Value)
                .Bind("@metadata", task.MetadataJson)
                .Bind("@retry", task.RetryJson)
                .Bind("@key", task.DedupKey)
                .Bind("@traceParent", task.TraceParent)
                .Bind("@traceState", task.TraceState)
                .Bind("@payload", length == 0 ? task.Payload.Span : [.. task.Payload.Span[..at], .. task.Payload.Span[(at + length)..]])
                .Bind("@part", length == 0 ? null : SharedParts.Keep(context, task.Payload.Span[shared]))
                .Bind("@partAt", length == 0 ? null : (long?)at)
                .Run();
        }

        if (task.DedupKey is not null)
        {
            context.Db[InsertKey].Bind("@key", task.DedupKey).Bind("@id", id.Value).Run();
        }

        if (task.EstimateUnit is not null)
        {
            context.Budgets.Reservations.SaveEstimate(id, task.EstimateUnit, task.Estimate);
        }

        foreach (var edge in edges)
        {
            context.Db[InsertEdge].Bind("@parent", edge.Parent)
                .Bind("@child", id.Value)
                .Bind("@condition", (long)edge.When)
                .Bind("@state", (long)edge.State)
                .Run();
        }
    }

    /// <summary>Where a new task is queued.</summary>
    /// <param name="Lane">Its lane, ready or not.</param>
    /// <param name="Holds">Why it is not ready.</param>
    /// <param name="NotBeforeMs">The time before which it may not run.</param>
    /// <param name="Approval">The approval that it needs before it runs.</param>
    /// <param name="Dependencies">What its dependencies come to.</param>
    /// <param name="Step">What follows at once from a dependency that is broken.</param>
    private readonly record struct Placement(
        LaneState Lane, TaskHolds Holds, long? NotBeforeMs, ApprovalDemand? Approval, DependencyTally Dependencies, CascadeStep Step);
}
