using System.Diagnostics;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>The workloads of the library, timed.</summary>
internal static class Library
{
    public const int ManyCallers = 64;
    private static readonly CheckoutRequest Request = new() { Worker = "benchmark" };

    public static NewTask TaskOf(int payloadBytes) => new("work", new byte[payloadBytes]);

    public static async Task FillAsync(ITaskQueue queue, int tasks, NewTask task, int listSize = 10_000)
    {
        NewTask[] list = [.. Enumerable.Repeat(task, Math.Min(tasks, listSize))];
        for (var left = tasks; left > 0; left -= listSize)
        {
            await queue.EnqueueAsync(left >= list.Length ? list : list[..left]);
        }
    }

    public static async Task<Sample> EnqueueAsync(SqliteQueueOptions options, int tasks, int callers, NewTask task)
    {
        using var file = new TemporaryFile();
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path, options);
        return await FromCallersAsync(tasks, callers, async () => await queue.EnqueueAsync(task));
    }

    public static async Task<Sample> DrainAsync(SqliteQueueOptions options, int tasks, int callers, NewTask task)
    {
        using var file = new TemporaryFile();
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path, options);
        await FillAsync(queue, tasks, task);
        await LetCheckpointRunAsync(queue);
        return await DrainAsync(queue, tasks, callers);
    }

    /// <summary>
    /// The writer runs a checkpoint that a fill made due after that call has returned. It must not fall into the measurement, as it does not in that of a
    /// bare loop: of two calls, the second runs behind it.
    /// </summary>
    private static async Task LetCheckpointRunAsync(SqliteTaskQueue queue)
    {
        for (var call = 0; call < 2; call++)
        {
            await queue.Groups.EnsureAsync("default");
        }
    }

    /// <summary>Checkout, then complete, one task per call.</summary>
    public static Task<Sample> DrainAsync(ITaskQueue queue, int tasks, int callers) => FromCallersAsync(tasks, callers, async () =>
    {
        var task = await queue.CheckoutAsync(Request) ?? throw new InvalidOperationException("Nothing was ready.");
        if (!await queue.CompleteAsync(task.Lease))
        {
            throw new InvalidOperationException("The lease was lost.");
        }
    });

    /// <summary>Each caller is a loop on the pool that does one operation after the other, until all are done.</summary>
    private static async Task<Sample> FromCallersAsync(int times, int callers, Func<Task> operation)
    {
        var latencies = new Latencies(times);
        var left = times;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var start = Stopwatch.GetTimestamp();
                await operation();
                latencies.AddSince(start);
            }
        })));
        var elapsed = clock.Elapsed;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new Sample(times / elapsed.TotalSeconds)
        {
            P50Ms = latencies.P50Ms,
            P99Ms = latencies.P99Ms,
            BytesPerTask = (double)allocated / times,
        };
    }
}
