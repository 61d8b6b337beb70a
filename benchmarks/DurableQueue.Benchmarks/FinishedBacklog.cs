using System.Diagnostics;
using System.Globalization;

namespace DurableQueue.Benchmarks;

/// <summary>What a file full of finished tasks costs those who read it and work on it: it should cost nothing.</summary>
internal static class FinishedBacklog
{
    private const int Few = 1_000;
    private const int Unfinished = 2_000;
    private const int Repeats = 301;

    private static readonly (string Name, Func<QueueFile, Task> Operation)[] Operations =
    [
        ("50 rows, unfinished", file => file.Queue.Inspector.QueryAsync(new TaskQuery { States = [TaskState.Queued, TaskState.CheckedOut] }).AsTask()),
        ("50 rows, last finished", file => file.Queue.Inspector.QueryAsync(new TaskQuery { Order = TaskOrder.FinishedDescending }).AsTask()),
        ("50 rows, newest", file => file.Queue.Inspector.QueryAsync(new TaskQuery { Order = TaskOrder.EnqueuedDescending }).AsTask()),
        ("counts", file => file.Queue.Inspector.CountAsync().AsTask()),
        ("checkout + complete", file => file.CheckoutAndCompleteAsync()),
    ];

    /// <param name="args">Optionally <c>--tasks N</c>: how many finished tasks the large file holds.</param>
    public static async Task RunAsync(string[] args)
    {
        var many = CommandLine.Number(args, "--tasks", 1_000_000);
        // Once for nothing, so that the small file is not the one that pays for compilation.
        await MeasureAsync(Few);
        var small = await MeasureAsync(Few);
        var large = await MeasureAsync(many);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"finished tasks in the file: {Few:N0} and {many:N0}; median of {Repeats} in ms"));
        for (var index = 0; index < Operations.Length; index++)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Operations[index].Name,-26}{small[index],10:F3}{large[index],10:F3}   ratio {large[index] / small[index]:F2}"));
        }
    }

    private static async Task<List<double>> MeasureAsync(int finished)
    {
        await using var file = await QueueFile.CreateAsync();
        var clock = Stopwatch.StartNew();
        await file.FillAsync(finished);
        await file.DrainAsync();
        await file.FillAsync(Unfinished);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{finished:N0} tasks enqueued and finished in {clock.Elapsed.TotalSeconds:F1} s"));

        var medians = new List<double>();
        foreach (var (_, operation) in Operations)
        {
            medians.Add(await MeasureAsync(file, operation));
        }

        return medians;
    }

    private static async Task<double> MeasureAsync(QueueFile file, Func<QueueFile, Task> operation)
    {
        const int WarmUp = 50;
        var times = new List<double>();
        for (var repeat = -WarmUp; repeat < Repeats; repeat++)
        {
            var start = Stopwatch.GetTimestamp();
            await operation(file);
            if (repeat >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return Median.Of(times);
    }
}
