using System.Diagnostics;
using System.Globalization;

namespace DurableQueue.Benchmarks;

/// <summary>Tasks per second of the two basic workloads, with the default durability.</summary>
internal static class FirstFigures
{
    private const int Rounds = 5;

    /// <param name="args">Optionally <c>--tasks N</c>: how many tasks one round of a single caller takes; many callers take ten times as many.</param>
    public static async Task RunAsync(string[] args)
    {
        var tasks = CommandLine.Number(args, "--tasks", 5_000);
        var timesEach = Math.Max(1, tasks * 10 / QueueFile.Callers);
        var manyTasks = timesEach * QueueFile.Callers;

        Console.WriteLine($"Durability.Full, 100 bytes of payload, median of {Rounds} rounds");
        await MeasureAsync("enqueue, 1 caller", tasks, async file =>
        {
            for (var task = 0; task < tasks; task++)
            {
                await file.Queue.EnqueueAsync(QueueFile.Task);
            }
        });
        await MeasureAsync("enqueue, 64 callers", manyTasks, file =>
            QueueFile.FromManyCallersAsync(timesEach, () => file.Queue.EnqueueAsync(QueueFile.Task).AsTask()));
        await MeasureAsync("enqueue, lists of 1,000", manyTasks / 1_000 * 1_000, async file =>
        {
            NewTask[] list = [.. Enumerable.Repeat(QueueFile.Task, 1_000)];
            for (var number = 0; number < manyTasks / 1_000; number++)
            {
                await file.Queue.EnqueueAsync(list);
            }
        });
        await MeasureAsync("lifecycle, 1 caller", tasks, async file =>
        {
            for (var task = 0; task < tasks; task++)
            {
                await file.LiveAsync();
            }
        });
        await MeasureAsync("lifecycle, 64 callers", manyTasks, file => QueueFile.FromManyCallersAsync(timesEach, file.LiveAsync));
    }

    private static async Task MeasureAsync(string name, int tasks, Func<QueueFile, Task> work)
    {
        var rates = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            await using var file = await QueueFile.CreateAsync();
            var clock = Stopwatch.StartNew();
            await work(file);

            // The first round is the warm-up.
            if (round > 0)
            {
                rates.Add(tasks / clock.Elapsed.TotalSeconds);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26}{Median.Of(rates),12:N0} tasks/s"));
    }
}
