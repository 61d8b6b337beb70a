using DurableQueue.Approvals;
using DurableQueue.Dependencies;
using DurableQueue.Groups;
using DurableQueue.Queueing;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Stores a list of new tasks, all or none.</summary>
internal sealed class EnqueueTasks(IReadOnlyList<CheckedTask> tasks) : WriteOperation<EnqueueResult[]>
{
    private const string SelectKeyHolder = "SELECT task_id FROM dedup WHERE key = @key";

    private const string SelectState = "SELECT state FROM task WHERE id = @id";

    private const string InsertTask =
        """
        INSERT INTO task (id, lane_id, state, holds, rank, position, max_attempts, approval, dedup, awaited, pending_dependencies, doomed,
                          enqueued_at_ms, not_before_at_ms, lease_override_ms, timeout_ms, label)
        VALUES (@id, @lane, 0, @holds, @rank, @id, @maxAttempts, @approval, @dedup, @awaited, @pending, @doomed, @now, @notBefore, @lease, @timeout, @label)
        """;

    // Most tasks have nothing but a type, a group, a priority and a payload. Each value that is not bound saves some 50 ns.
    private const string InsertPlainTask =
        """
        INSERT INTO task (id, lane_id, state, holds, rank, position, max_attempts, awaited, enqueued_at_ms)
        VALUES (@id, @lane, 0, 0, @rank, @id, @maxAttempts, @awaited, @now)
        """;

    private const string InsertPayload = "INSERT INTO task_body (id, payload) VALUES (@id, @payload)";

    private const string InsertBody =
        """
        INSERT INTO task_body (id, metadata, retry, dedup_key, trace_parent, trace_state, payload, shared_id, shared_at)
        VALUES (@id, @metadata, @retry, @key, @traceParent, @traceState, @payload, @part, @partAt)
        """;

    private const string InsertKey = "INSERT INTO dedup (key, task_id) VALUES (@key, @id)";

    private const string InsertEdge =
        "INSERT INTO task_dependency (parent, child, condition, state) VALUES (@parent, @child, @condition, @state)";

    protected override EnqueueResult[] Execute(WriteContext context) => Run(context, tasks);

    public static EnqueueResult[] Run(WriteContext context, IReadOnlyList<CheckedTask> tasks)
    {
        var plan = new Plan(context, tasks);
        plan.Resolve();
        var edges = new IReadOnlyList<Edge>?[plan.HasDependencies ? tasks.Count : 0];
        var awaited = new HashSet<long>();
        for (var i = 0; i < edges.Length; i++)
        {
            edges[i] = plan.Results[i].Created ? plan.EdgesOf(i) : [];
            awaited.UnionWith(edges[i]!.Select(edge => edge.Parent));
        }

        for (var i = 0; i < tasks.Count; i++)
        {
            if (plan.Results[i].Created)
            {
                Insert(context, plan.Results[i].Id, tasks[i], edges.Length == 0 ? [] : edges[i]!, awaited.Remove(plan.Results[i].Id.Value));
            }
        }

        // What is left are tasks that were stored before.
        foreach (var parent in awaited)
        {
            context.Edges.MarkAwaited(parent);
        }

        return plan.Results;
    }

    private static void Insert(WriteContext context, TaskId id, CheckedTask task, IReadOnlyList<Edge> edges, bool awaited)
    {
        var group = EnsureGroup(context, task);
        var lane = context.Lanes.Ensure(group, task.Type, task.RunNow);
        var notBefore = task.NotBeforeMs ?? (task.DelayMs > 0 ? context.NowMs + task.DelayMs : null);
        var approval = task.Approval is null && !context.Gates.AreAny
            ? null
            : ApprovalDemand.Of(task.Approval, context.Gates.Matching(task.Type, task.Group, task.MetadataJson));
        var pending = edges.Count(edge => edge.State == DependencyState.Waiting);
        var broken = FirstBroken(edges);
        var holds = (pending > 0 || broken is not null ? TaskHolds.Dependencies : TaskHolds.None)
            | (notBefore > context.NowMs ? TaskHolds.NotBefore : TaskHolds.None)
            | (task.Stashed ? TaskHolds.Stashed : TaskHolds.None)
            | (approval is not null ? TaskHolds.Approval : TaskHolds.None);
        if (holds == TaskHolds.None && notBefore is null && task.IsPlain)
        {
            context.Db[InsertPlainTask].Bind("@id", id.Value)
                .Bind("@lane", lane.Id)
                .Bind("@rank", -(long)task.Priority)
                .Bind("@maxAttempts", task.MaxAttempts)
                .Bind("@awaited", awaited)
                .Bind("@now", context.NowMs)
                .Run();
        }
        else
        {
            context.Db[InsertTask].Bind("@id", id.Value)
                .Bind("@lane", lane.Id)
                .Bind("@holds", (long)holds)
                .Bind("@rank", -(long)task.Priority)
                .Bind("@maxAttempts", task.MaxAttempts)
                .Bind("@approval", (long)(approval is null ? ApprovalState.None : ApprovalState.Pending))
                .Bind("@dedup", StoredScope.Write(task.DedupKey, task.DedupScope))
                .Bind("@awaited", awaited)
                .Bind("@pending", pending)
                .Bind("@doomed", broken is not null && group.Paused)
                .Bind("@now", context.NowMs)
                .Bind("@notBefore", notBefore)
                .Bind("@lease", task.LeaseMs)
                .Bind("@timeout", task.TimeoutMs)
                .Bind("@label", task.Label)
                .Run();
        }

        InsertRest(context, id, task, edges);
        if (approval is not null)
        {
            context.Approvals.AskBeforeRun(id, lane, task.Label, approval);
        }

        group.Move(CountedAs.Nothing, GroupCounts.OfQueued(holds));
        context.Effects.Events.Add(TaskEventKind.Enqueued, group.Name, lane.Type);
        if (holds == TaskHolds.None)
        {
            context.Lanes.AddReady(lane, id.Value, -(long)task.Priority, id.Value);
        }

        if (holds.HasFlag(TaskHolds.NotBefore))
        {
            context.Deadlines.AddDue(notBefore!.Value);
        }

        if (broken is { } parent && !group.Paused)
        {
            context.Tasks.FailDependent(TaskRow.Require(context.Db, id), parent);
        }
    }

    private static GroupState EnsureGroup(WriteContext context, CheckedTask task)
    {
        if (task.GroupParallelism is not { } limit)
        {
            return context.Groups.Ensure(task.Group);
        }

        var isNew = context.Groups.FindRow(task.Group) is null or { Removed: true, Parallelism: 0 };
        var group = context.Groups.Ensure(task.Group);
        if (isNew || (group.Parallelism > 0 && group.Parallelism < limit))
        {
            group.SetParallelism(limit);
        }

        return group;
    }

    private static void InsertRest(WriteContext context, TaskId id, CheckedTask task, IReadOnlyList<Edge> edges)
    {
        var shared = SharedParts.Find(task.Type, task.Payload.Span);
        var (at, length) = shared.GetOffsetAndLength(task.Payload.Length);
        if (task.HasPayloadOnly && length == 0)
        {
            context.Db[InsertPayload].Bind("@id", id.Value).Bind("@payload", task.Payload.Span).Run();
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

    private static long? FirstBroken(IReadOnlyList<Edge> edges)
    {
        foreach (var edge in edges)
        {
            if (edge.State == DependencyState.Broken)
            {
                return edge.Parent;
            }
        }

        return null;
    }

    /// <summary>How a stored task stands; <see langword="null"/> if there is none.</summary>
    public static TaskState? StateOf(WriteContext context, long id) =>
        context.Db[SelectState].Bind("@id", id).Scalar() is { } state ? (TaskState)state : null;

    private readonly record struct Edge(long Parent, DependencyCondition When, DependencyState State);

    /// <summary>What each item becomes, found out before anything is written.</summary>
    private sealed class Plan(WriteContext context, IReadOnlyList<CheckedTask> tasks)
    {
        private readonly Dictionary<string, TaskId> keysOfList = [];

        /// <summary>Empty if no item waits for another task.</summary>
        private readonly Dictionary<long, int> itemOfNewTask = [];
        private bool twins;

        public bool HasDependencies { get; } = tasks.Any(task => task.After.Count > 0);

        public EnqueueResult[] Results { get; } = new EnqueueResult[tasks.Count];

        public void Resolve()
        {
            for (var i = 0; i < tasks.Count; i++)
            {
                Results[i] = Identify(tasks[i]);
                if (HasDependencies && Results[i].Created)
                {
                    itemOfNewTask.Add(Results[i].Id.Value, i);
                }
            }

            for (var i = 0; HasDependencies && i < tasks.Count; i++)
            {
                // A taken key writes nothing: what else the item says does not matter.
                if (Results[i].Created)
                {
                    CheckAfter(i);
                }
            }

            if (twins)
            {
                RefuseCycles();
            }
        }

        public IReadOnlyList<Edge> EdgesOf(int item)
        {
            if (tasks[item].After.Count == 0)
            {
                return [];
            }

            return [.. MergedOf(item).Select(pair => new Edge(
                pair.Key,
                pair.Value,
                itemOfNewTask.ContainsKey(pair.Key) ? DependencyState.Waiting : Edges.Resolve(pair.Value, StateOf(context, pair.Key)!.Value)))];
        }

        private EnqueueResult Identify(CheckedTask task)
        {
            if (task.DedupKey is { } key)
            {
                if (keysOfList.TryGetValue(key, out var twin))
                {
                    twins = true;
                    return new EnqueueResult(twin, Created: false);
                }

                if (context.Db[SelectKeyHolder].Bind("@key", key).Scalar() is { } holder)
                {
                    return new EnqueueResult(new TaskId(holder), Created: false);
                }
            }

            var id = new TaskId(context.Counters.NextTaskId());
            if (task.DedupKey is not null)
            {
                keysOfList.Add(task.DedupKey, id);
            }

            return new EnqueueResult(id, Created: true);
        }

        private long ParentOf(AwaitedTask awaited) => awaited.Item is { } item ? Results[item].Id.Value : awaited.On;

        private void CheckAfter(int item)
        {
            foreach (var awaited in tasks[item].After)
            {
                CheckAwaited(item, awaited);
            }

            if (tasks[item].After.Count > 1)
            {
                MergedOf(item);
            }
        }

        /// <summary>The awaited tasks and conditions; two items of the list may be one task by their dedup key.</summary>
        private Dictionary<long, DependencyCondition> MergedOf(int item)
        {
            var merged = new Dictionary<long, DependencyCondition>();
            foreach (var awaited in tasks[item].After)
            {
                var parent = ParentOf(awaited);
                merged[parent] = !merged.TryGetValue(parent, out var other)
                    ? awaited.When
                    : Edges.Merge(other, awaited.When) ?? throw new ArgumentException($"After asks task {parent} both to succeed and to fail.", nameof(NewTask.After));
            }

            return merged;
        }

        private void CheckAwaited(int item, AwaitedTask awaited)
        {
            var parent = ParentOf(awaited);
            if (parent == Results[item].Id.Value)
            {
                throw new ArgumentException("After names the task itself.", nameof(NewTask.After));
            }

            if (awaited.Item is null && itemOfNewTask.ContainsKey(parent))
            {
                throw new ArgumentException($"After names the task {parent}, which does not exist.", nameof(NewTask.After));
            }

            if (!itemOfNewTask.ContainsKey(parent) && StateOf(context, parent) is null)
            {
                throw new ArgumentException($"After names the task {parent}, which does not exist or was removed.", nameof(NewTask.After));
            }
        }

        private void RefuseCycles()
        {
            var awaited = new int[tasks.Count][];
            for (var i = 0; i < tasks.Count; i++)
            {
                awaited[i] = Results[i].Created
                    ? [.. tasks[i].After.Where(a => itemOfNewTask.ContainsKey(ParentOf(a))).Select(a => itemOfNewTask[ParentOf(a)])]
                    : [];
            }

            if (ListCycles.Find(awaited) is { } cycle)
            {
                throw new ArgumentException($"After makes a cycle of the items {string.Join(" -> ", cycle)} -> {cycle[0]}.", nameof(NewTask.After));
            }
        }
    }
}
