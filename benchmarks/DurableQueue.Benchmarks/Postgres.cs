using System.Diagnostics;
using DurableQueue.PostgreSql;
using Npgsql;

namespace DurableQueue.Benchmarks;

/// <summary>
/// A queue in PostgreSQL against a floor on the same server: a bare table, from which the same calls, merged the same way, take rows by SKIP LOCKED. The runs alternate.
/// Usage: <c>postgres CONNECTION-STRING [TASKS] [ROUNDS]</c>.
/// </summary>
internal static class Postgres
{
    private const int Callers = 64;
    private const string Schema = "dq_benchmark";

    private static readonly byte[] Payload = new byte[100];

    public static async Task RunAsync(string[] args)
    {
        var tasks = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 20_000;
        var rounds = args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 5;
        await using var source = PostgresOpening.CreateSource(args[0], null);
        Console.WriteLine($"{tasks} tasks of {Payload.Length} bytes, {Callers} callers, tasks a second: queue, floor, ratio");
        for (var round = 1; round <= rounds; round++)
        {
            var (queueEnqueue, queueDrain) = await RunQueueAsync(source, tasks);
            var (floorEnqueue, floorDrain) = await RunFloorAsync(source, tasks);
            Console.WriteLine($"{round} enqueue {queueEnqueue,8:0} {floorEnqueue,8:0} {queueEnqueue / floorEnqueue:0.00}   checkout and complete {queueDrain,8:0} {floorDrain,8:0} {queueDrain / floorDrain:0.00}");
        }
    }

    private static async Task<(double Enqueue, double Drain)> RunQueueAsync(NpgsqlDataSource source, int tasks)
    {
        await ExecuteAsync(source, $"DROP SCHEMA IF EXISTS {Schema} CASCADE");
        await using var queue = await PostgresTaskQueue.OpenAsync(source, new PostgresQueueOptions { Schema = Schema });
        var request = new CheckoutRequest { Worker = "w" };
        await queue.CheckoutAsync(request);
        var enqueue = await RateAsync(tasks, async () => await queue.EnqueueAsync(new NewTask("a", Payload)));
        var drain = await RateAsync(tasks, async () => await queue.CompleteAsync((await queue.CheckoutAsync(request))!.Lease));
        return (enqueue, drain);
    }

    private static async Task<(double Enqueue, double Drain)> RunFloorAsync(NpgsqlDataSource source, int tasks)
    {
        await ExecuteAsync(
            source,
            "DROP TABLE IF EXISTS dq_floor; CREATE TABLE dq_floor (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state integer NOT NULL DEFAULT 0, payload bytea); "
            + "CREATE INDEX ON dq_floor (id) WHERE state = 0");
        var enqueues = new CallMerger<FloorCall>(2, (taken, _) => taken.Count < 10_000, calls => SendAsync(source, calls, "INSERT INTO dq_floor (payload) SELECT * FROM unnest($1) RETURNING id", Enumerable.Repeat(Payload, calls.Count).ToArray()));
        var work = new CallMerger<FloorCall>(1, (taken, _) => taken.Count < 10_000, calls => WorkAsync(source, calls));
        var enqueue = await RateAsync(tasks, () => CallAsync(enqueues, 0));
        var drain = await RateAsync(tasks, async () => await CallAsync(work, await CallAsync(work, 0)));
        return (enqueue, drain);
    }

    /// <summary>Ends rows and takes others, in one transaction.</summary>
    private static async Task WorkAsync(NpgsqlDataSource source, IReadOnlyList<FloorCall> calls)
    {
        await using var batch = source.CreateBatch();
        var (ending, taking) = (calls.Where(call => call.Ends > 0).ToArray(), calls.Where(call => call.Ends == 0).ToArray());
        var end = new NpgsqlBatchCommand("UPDATE dq_floor SET state = 2 WHERE id = ANY ($1)");
        end.Parameters.Add(new NpgsqlParameter { Value = ending.Select(call => call.Ends).ToArray() });
        var take = new NpgsqlBatchCommand(
            "UPDATE dq_floor SET state = 1 WHERE id = ANY (ARRAY(SELECT id FROM dq_floor WHERE state = 0 ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING id, payload");
        take.Parameters.Add(new NpgsqlParameter { Value = taking.Length });
        batch.BatchCommands.Add(end);
        batch.BatchCommands.Add(take);
        var taken = new List<long>();
        await using (var reader = await batch.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                taken.Add(reader.GetInt64(0));
                _ = reader.GetFieldValue<byte[]>(1);
            }
        }

        Array.ForEach(ending, call => call.Give(0));
        foreach (var (call, id) in taking.Zip(taken))
        {
            call.Give(id);
        }
    }

    private static async Task SendAsync(NpgsqlDataSource source, IReadOnlyList<FloorCall> calls, string sql, object parameter)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                _ = reader.GetInt64(0);
            }
        }

        foreach (var call in calls)
        {
            call.Give(0);
        }
    }

    private static Task<long> CallAsync(CallMerger<FloorCall> merger, long ends)
    {
        var call = new FloorCall(ends);
        merger.Add(call, CancellationToken.None);
        return call.Answer;
    }

    private static async Task<double> RateAsync(int tasks, Func<Task> one)
    {
        var left = tasks;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await one();
            }
        })));
        return tasks / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class FloorCall(long ends) : MergedCall<long>(new MemoryStream())
    {
        /// <summary>The row to end; 0: one is to be taken.</summary>
        public long Ends { get; } = ends;
    }
}
