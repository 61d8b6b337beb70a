using System.Diagnostics;
using System.Globalization;
using DurableQueue.Benchmarks.Throughput;
using DurableQueue.Processes;
using DurableQueue.Processes.Linux;
using DurableQueue.Processes.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableQueue.Benchmarks;

/// <summary>What a command costs through the queue, against a loop that starts the same supervisor lines without one; both in one run, round by round.</summary>
internal static class Commands
{
    private const int Rounds = 3;

    private static readonly CommandTask Command = new() { Arguments = ["true"] };

    /// <param name="args">Optionally <c>--tasks N</c> (2,000) and <c>--limit N</c> (8): how many commands a round has, and how many run at once.</param>
    public static async Task RunAsync(string[] args)
    {
        var tasks = CommandLine.Number(args, "--tasks", 2_000);
        var limit = CommandLine.Number(args, "--limit", 8);
        var loop = new List<double>();
        var queue = new List<double>();

        // The first round is the warm-up.
        for (var round = 0; round <= Rounds; round++)
        {
            var (bare, queued) = (await LoopAsync(tasks, limit), await QueueAsync(tasks, limit));
            if (round > 0)
            {
                loop.Add(bare);
                queue.Add(queued);
            }
        }

        var (loopTime, queueTime) = (Median.Of([.. loop]), Median.Of([.. queue]));
        Console.WriteLine($"{tasks:N0} × true, {limit} at once, Durability.Full, median of {Rounds} alternating rounds");
        Write("loop of supervisor lines", loopTime);
        Write("worker with commands", queueTime);

        void Write(string name, double seconds) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name,-26}{tasks / seconds,8:N0} commands/s {seconds * 1_000 / tasks,7:F2} ms/command   ratio {seconds / loopTime:F2}"));
    }

    private static async Task<double> LoopAsync(int tasks, int limit)
    {
        using var file = new TemporaryFile();
        using var exits = new ExitWatch(TimeProvider.System);
        var inherited = CommandEnvironment.Inherited();
        var files = new CommandFiles(file.Path);
        var options = new CommandOptions();
        var controls = new ResourceControls(exits, inherited, enabled: false, new MissingControls(files), TimeProvider.System, NullLogger.Instance);
        var starter = new CommandStarter(files, options, exits, inherited, controls, TimeProvider.System);
        starter.Prepare();
        await starter.ReportsSignalsAsync();
        var next = 0;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, limit).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= tasks)
            {
                var task = TaskOf(number);
                var header = await starter.CreateHeaderAsync(task, Command, "boot");
                var running = await starter.StartAsync(task, Command, header, appendToLog: false);
                await running.Ended;
                File.Delete(files.Input(task.Id, task.Attempt));
            }
        })));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Directory.Delete(files.LogDirectory, recursive: true);
        return seconds;
    }

    private static async Task<double> QueueAsync(int tasks, int limit)
    {
        using var file = new TemporaryFile();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(q => q.UseSqlite(file.Path).AddCommands().AddWorker(w => w.Concurrency = limit));
        using var host = builder.Build();
        var queue = host.Services.GetRequiredService<SqliteTaskQueue>();
        await queue.EnqueueAsync([.. Enumerable.Range(0, tasks).Select(_ => Command.ToTask())]);
        var began = Stopwatch.GetTimestamp();
        await host.StartAsync();
        var summary = await queue.Inspector.WaitAsync(TaskSelector.All);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await host.StopAsync();
        if (summary.Succeeded != tasks)
        {
            throw new InvalidOperationException($"{summary.Succeeded} of {tasks} commands succeeded.");
        }

        Directory.Delete($"{file.Path}.logs", recursive: true);
        return seconds;
    }

    private static LeasedTask TaskOf(int number) => new()
    {
        Id = new TaskId(number),
        Type = CommandTask.TypeName,
        Payload = default,
        Group = "default",
        Attempt = 1,
        MaxAttempts = 1,
        Lease = new Lease(new TaskId(number), 1, DateTimeOffset.MaxValue),
        LeaseDuration = CheckoutRequest.DefaultLeaseDuration,
        Metadata = new Dictionary<string, string>(),
        EnqueuedAt = DateTimeOffset.UnixEpoch,
        AttemptToken = 1,
        Slot = 0,
    };
}
