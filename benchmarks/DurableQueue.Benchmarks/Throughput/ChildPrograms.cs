using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting;

namespace DurableQueue.Benchmarks.Throughput;

/// <summary>What this program does as a process of its own. Each says a line when it is ready, and ends with its input.</summary>
internal static class ChildPrograms
{
    public const string Drain = "throughput-drain";
    public const string Handle = "throughput-handle";
    public const string Hold = "throughput-hold";

    /// <summary>How many tasks a process drains beforehand, from a file of its own: that pays for compilation.</summary>
    private const int WarmUpTasks = 60_000;

    /// <summary>Arguments: path, durability. Drains the file from 64 callers once it is told to, and reports.</summary>
    public static async Task DrainAsync(string[] args)
    {
        await Library.DrainAsync(Options(args), WarmUpTasks, Library.ManyCallers, Library.TaskOf(payloadBytes: 100));
        await using var queue = await SqliteTaskQueue.OpenAsync(args[0], Options(args));
        var request = new CheckoutRequest { Worker = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) };
        var (tasks, errors, worst) = (0, 0, 0L);
        var sync = new Lock();
        Console.WriteLine("ready");
        Console.ReadLine();
        await Task.WhenAll(Enumerable.Range(0, Library.ManyCallers).Select(_ => Task.Run(CallAsync)));
        Console.WriteLine(new DrainReport(tasks, worst * 1_000.0 / Stopwatch.Frequency, errors));
        Console.ReadLine();

        async Task CallAsync()
        {
            while (true)
            {
                try
                {
                    var start = Stopwatch.GetTimestamp();
                    if (await queue.CheckoutAsync(request) is not { } task)
                    {
                        return;
                    }

                    var middle = Stopwatch.GetTimestamp();
                    var isMine = await queue.CompleteAsync(task.Lease);
                    Note(isMine, Math.Max(middle - start, Stopwatch.GetTimestamp() - middle));
                }
                catch (QueueStorageException e)
                {
                    await Console.Error.WriteLineAsync(e.Message);
                    Note(isMine: false, 0);
                    return;
                }
            }
        }

        void Note(bool isMine, long longer)
        {
            lock (sync)
            {
                tasks += isMine ? 1 : 0;
                errors += isMine ? 0 : 1;
                worst = Math.Max(worst, longer);
            }
        }
    }

    /// <summary>Arguments: path, durability. A hosted worker that says how old each task is, in timestamp ticks, when its handler starts.</summary>
    public static async Task HandleAsync(string[] args)
    {
        using var host = WorkHost.Build(args[0], Options(args), Library.ManyCallers, work =>
        {
            var age = Stopwatch.GetTimestamp() - work.EnqueuedAt;
            Console.WriteLine(age.ToString(CultureInfo.InvariantCulture));
        });
        await host.StartAsync();
        Console.WriteLine("ready");
        Console.ReadLine();
        await host.StopAsync();
    }

    /// <summary>Arguments: path, durability, tasks. Enqueues them, drains a part, and says its resident memory, now and at most, in bytes.</summary>
    public static async Task HoldAsync(string[] args)
    {
        var tasks = int.Parse(args[2], CultureInfo.InvariantCulture);
        await using var queue = await SqliteTaskQueue.OpenAsync(args[0], Options(args));
        await Library.FillAsync(queue, tasks, Library.TaskOf(payloadBytes: 100), listSize: 1_000);
        await Library.DrainAsync(queue, DrainedFile.PartOf(tasks), Library.ManyCallers);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{self.WorkingSet64} {self.PeakWorkingSet64}"));
        Console.ReadLine();
    }

    private static SqliteQueueOptions Options(string[] args) => new() { Durability = Enum.Parse<Durability>(args[1]) };
}
