using System.Diagnostics;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>The workloads of the baselines, timed.</summary>
internal static class Bare
{
    private const int FillSize = 1_000;

    public static Sample Enqueue(Func<string, IBareLoop> open, int tasks, int perTransaction, byte[] payload)
    {
        using var file = new TemporaryFile();
        using var loop = open(file.Path);
        var clock = Stopwatch.StartNew();
        Fill(loop, tasks, perTransaction, payload);
        return new Sample(tasks / clock.Elapsed.TotalSeconds);
    }

    public static Sample Drain(Func<string, IBareLoop> open, int tasks, int perTransaction, byte[] payload)
    {
        using var file = new TemporaryFile();
        using var loop = open(file.Path);
        Fill(loop, tasks, FillSize, payload);
        return Drain(loop, tasks, perTransaction);
    }

    public static Sample Drain(IBareLoop loop, int tasks, int perTransaction)
    {
        var clock = Stopwatch.StartNew();
        for (var left = tasks; left > 0;)
        {
            var taken = loop.Checkout(Math.Min(left, perTransaction));
            if (taken == 0)
            {
                throw new InvalidOperationException($"Nothing was ready, with {left} tasks still expected.");
            }

            loop.Complete();
            left -= taken;
        }

        return new Sample(tasks / clock.Elapsed.TotalSeconds);
    }

    /// <summary>Enqueue, checkout and complete in turn, a transaction each.</summary>
    public static Sample EndToEnd(Func<string, IBareLoop> open, int tasks, int perTransaction, byte[] payload)
    {
        using var file = new TemporaryFile();
        using var loop = open(file.Path);
        var clock = Stopwatch.StartNew();
        for (var left = tasks; left > 0; left -= perTransaction)
        {
            loop.Enqueue(Math.Min(left, perTransaction), payload);
            loop.Checkout(perTransaction);
            loop.Complete();
        }

        return new Sample(tasks / clock.Elapsed.TotalSeconds);
    }

    private static void Fill(IBareLoop loop, int tasks, int perTransaction, byte[] payload)
    {
        for (var left = tasks; left > 0; left -= perTransaction)
        {
            loop.Enqueue(Math.Min(left, perTransaction), payload);
        }
    }
}
