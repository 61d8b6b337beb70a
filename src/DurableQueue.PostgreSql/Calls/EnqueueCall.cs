using DurableQueue.Groups;
using DurableQueue.Storage;
using Npgsql;
using NpgsqlTypes;

namespace DurableQueue.PostgreSql;

/// <summary>Stores a list of new tasks, all or none. Lists without keys go together.</summary>
internal sealed class EnqueueCall(IReadOnlyList<CheckedTask> tasks, IDisposable counted) : MergedCall<EnqueueResult[]>(counted)
{
    private const int MostTasks = 10_000;
    private const int MostBytes = 4 * 1024 * 1024;

    private const string Sql =
        """
        SELECT ids, created, next_due_at_ms FROM durable_queue.enqueue(
          $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
        """;

    private readonly int bytes = tasks.Sum(task => task.Payload.Length);

    public IReadOnlyList<CheckedTask> Tasks { get; } = tasks;

    /// <summary>A key may be held by a transaction that is open: those who wait for it wait alone.</summary>
    public bool HasKeys { get; } = tasks.Any(task => task.DedupKey is not null);

    public static bool CanJoin(IReadOnlyList<EnqueueCall> taken, EnqueueCall call) =>
        !call.HasKeys && !taken[0].HasKeys
        && taken.Sum(other => other.Tasks.Count) + call.Tasks.Count <= MostTasks
        && taken.Sum(other => (long)other.bytes) + call.bytes <= MostBytes;

    /// <returns>When the first delay of the tasks ends; <see langword="null"/> if none is delayed.</returns>
    public static async Task<long?> SendAsync(Database database, long? nowMs, NewGroupLimits newGroups, IReadOnlyList<EnqueueCall> calls)
    {
        var tasks = calls.Count == 1 ? calls[0].Tasks : [.. calls.SelectMany(call => call.Tasks)];
        var (ids, created, due) = await database.ReadOneAsync(
            Sql,
            parameters => Bind(parameters, nowMs, newGroups, tasks),
            cells => (cells.NullableArray<long[]>()!, cells.NullableArray<bool[]>()!, cells.NullableLong()),
            CancellationToken.None).ConfigureAwait(false);
        var next = 0;
        foreach (var call in calls)
        {
            var results = new EnqueueResult[call.Tasks.Count];
            for (var i = 0; i < results.Length; i++, next++)
            {
                results[i] = new EnqueueResult(new TaskId(ids[next]), created[next]);
            }

            call.Give(results);
        }

        return due;
    }

    private static void Bind(NpgsqlParameterCollection parameters, long? nowMs, NewGroupLimits newGroups, IReadOnlyList<CheckedTask> tasks)
    {
        var lanes = new Dictionary<(string Group, string Type, bool Urgent), int>();
        var (groups, types, urgent, limits) = (new List<string>(), new List<string>(), new List<short>(), new List<int?>());
        var laneOf = new int[tasks.Count];
        for (var i = 0; i < tasks.Count; i++)
        {
            var task = tasks[i];
            var lane = (task.Group, task.Type, task.RunNow);
            if (!lanes.TryGetValue(lane, out var number))
            {
                lanes.Add(lane, number = lanes.Count + 1);
                groups.Add(task.Group);
                types.Add(task.Type);
                urgent.Add((short)(task.RunNow ? 1 : 0));
                limits.Add(task.GroupParallelism);
            }
            else if (task.GroupParallelism > (limits[number - 1] ?? 0))
            {
                limits[number - 1] = task.GroupParallelism;
            }

            laneOf[i] = number;
        }

        T[] Each<T>(Func<CheckedTask, T> value)
        {
            var values = new T[tasks.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = value(tasks[i]);
            }

            return values;
        }

        var anyKey = tasks.Any(task => task.DedupKey is not null);
        parameters.With(nowMs)
            .With(groups.ToArray(), NpgsqlDbType.Text)
            .With(types.ToArray(), NpgsqlDbType.Text)
            .With(urgent.ToArray(), NpgsqlDbType.Smallint)
            .With(limits.ToArray(), NpgsqlDbType.Integer)
            .With(groups.ConvertAll(newGroups.Of).ToArray(), NpgsqlDbType.Integer)
            .With(laneOf, NpgsqlDbType.Integer)
            .With(Each(task => -(long)task.Priority), NpgsqlDbType.Bigint)
            .With(Each(task => task.MaxAttempts), NpgsqlDbType.Integer)
            .With(Each(task => task.Payload.Stored()), NpgsqlDbType.Bytea)
            .With(Each(task => task.NotBeforeMs), NpgsqlDbType.Bigint)
            .With(Each(task => task.DelayMs), NpgsqlDbType.Bigint)
            .With(Each(task => task.Stashed), NpgsqlDbType.Boolean)
            .With(Each(task => task.LeaseMs), NpgsqlDbType.Bigint)
            .With(Each(task => task.TimeoutMs), NpgsqlDbType.Bigint)
            .With(Each(task => task.Label), NpgsqlDbType.Text)
            .With(Each(task => task.MetadataJson), NpgsqlDbType.Text)
            .With(Each(task => task.RetryJson), NpgsqlDbType.Text)
            .With(anyKey ? Each(task => task.DedupKey) : null, NpgsqlDbType.Text)
            .With(anyKey ? Each(task => (short)(task.DedupKey is null ? 0 : (int)task.DedupScope + 1)) : null, NpgsqlDbType.Smallint)
            .With(Each(task => task.TraceParent), NpgsqlDbType.Text)
            .With(Each(task => task.TraceState), NpgsqlDbType.Text);
    }
}
