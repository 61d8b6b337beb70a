using Npgsql;
using NpgsqlTypes;

namespace DurableQueue.PostgreSql;

/// <summary>Ends tasks with success.</summary>
internal sealed class CompleteCall(IReadOnlyList<TaskCompletion> tasks, IDisposable counted) : MergedCall<bool[]>(counted)
{
    private const string Sql = "SELECT kept FROM durable_queue.complete($1, $2, $3, $4)";

    public IReadOnlyList<TaskCompletion> Tasks { get; } = tasks;

    /// <summary>Completions alone; they take no lock of the queue.</summary>
    public static async Task<bool[]> SendAsync(Database database, long? nowMs, IReadOnlyList<TaskCompletion> tasks) => await database.ReadOneAsync(
        Sql,
        parameters => Bind(parameters.With(nowMs), tasks),
        cells => cells.NullableArray<bool[]>()!,
        CancellationToken.None).ConfigureAwait(false);

    /// <summary>Binds nothing, thrice, for no tasks.</summary>
    public static NpgsqlParameterCollection Bind(NpgsqlParameterCollection parameters, IReadOnlyList<TaskCompletion> tasks)
    {
        if (tasks.Count == 0)
        {
            return parameters.With(null, NpgsqlDbType.Bigint).With(null, NpgsqlDbType.Bigint).With(null, NpgsqlDbType.Bytea);
        }

        var (ids, tokens, results) = (new long[tasks.Count], new long[tasks.Count], new byte[]?[tasks.Count]);
        for (var i = 0; i < ids.Length; i++)
        {
            (ids[i], tokens[i], results[i]) = (tasks[i].Lease.TaskId.Value, tasks[i].Lease.Token, tasks[i].Result.Stored());
        }

        return parameters.With(ids, NpgsqlDbType.Bigint).With(tokens, NpgsqlDbType.Bigint).With(results, NpgsqlDbType.Bytea);
    }

    /// <summary>Gives each call its part of the answer.</summary>
    public static void GiveAll(IEnumerable<CompleteCall> calls, bool[] kept)
    {
        var next = 0;
        foreach (var call in calls)
        {
            call.Give(kept[next..(next += call.Tasks.Count)]);
        }
    }
}
