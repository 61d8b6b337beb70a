using System.Diagnostics;
using DurableQueue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace QuickStart;

/// <summary>The first process: makes the queue, lets a worker die, and does the work.</summary>
internal static class Demo
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TaskCompletionSource NapBegan = new();

    public static async Task<int> RunAsync()
    {
        var directory = Directory.CreateTempSubdirectory("durable-queue-");
        try
        {
            await TellAsync(Path.Combine(directory.FullName, "queue.db"));
            Output.Line("Everything went as promised.");
            return 0;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"Not as promised: {error.Message}");
            return 1;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task TellAsync(string path)
    {
        // A service registers its queue like this, and that is all: the worker runs while the host runs.
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders(); // Failed attempts would be logged; here we print what happens ourselves.
        builder.Services.AddDurableQueue(queue => queue
            .UseSqlite(path)
            .AddHandler<Step, StepHandler>("pipeline.step")
            .AddHandler<Mail, MailHandler>("mail.send", mail => mail.Retry = RetryPolicy.Exponential(TimeSpan.FromMilliseconds(200), jitter: 0))
            .AddHandler("report", (Report report, TaskContext context, CancellationToken _) =>
            {
                Output.Line($"  report for {report.Customer}: attempt {context.Attempt}, in the living process");
                return Task.CompletedTask;
            })
            .AddHandler("nap", async (Nap nap, TaskContext _, CancellationToken cancellationToken) =>
            {
                NapBegan.TrySetResult();
                await Task.Delay(TimeSpan.FromSeconds(nap.Seconds), cancellationToken);
            })
            .AddWorker(worker =>
            {
                worker.Name = "main";
                worker.Concurrency = 4;
            }));
        using var host = builder.Build();

        // The queue can be used before the host starts its worker.
        var queue = host.Services.GetRequiredService<ITaskQueue>();
        Output.Line($"The queue is the file {path}");

        var report = await queue.EnqueueAsync(new Report("ACME"), task => task with { Label = "report" });
        await LetAWorkerDieAsync(path, report);

        using var watching = new CancellationTokenSource();
        var watch = WatchAsync(queue, watching.Token);
        await host.StartAsync();
        Output.Line("A worker in this process begins");

        var pipeline = await EnqueuePipelineAsync(queue);
        var mail = await queue.EnqueueAsync(new Mail("ada@example.org"), task => task with { Label = "mail" });
        var nap = await queue.EnqueueAsync(new Nap(60), task => task with { Label = "nap" });
        await NapBegan.Task.WaitAsync(Patience);
        Output.Line($"Task {nap} naps; it is cancelled: {await queue.Control.CancelAsync(nap, "no time for that")}");

        var summary = await queue.Inspector.WaitAsync(TaskSelector.All, new WaitOptions { Timeout = Patience });
        Promise(!summary.TimedOut, "every task finishes in time");
        await watching.CancelAsync();
        await watch;

        Output.Table((await queue.Inspector.QueryAsync(new TaskQuery())).Tasks);
        await CheckRecoveryAsync(queue, report);
        await CheckPipelineAsync(queue, pipeline);
        await CheckRetryAsync(queue, mail);
        await CheckCancelAsync(queue, nap);
        await host.StopAsync();
    }

    /// <summary>Starts this program again as a worker, and kills it once it is inside the task.</summary>
    private static async Task LetAWorkerDieAsync(string path, TaskId report)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. OwnArguments(), "worker", path]) { RedirectStandardOutput = true })!;
        try
        {
            Output.Line($"A worker in a second process begins (process {process.Id})");
            var said = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            Promise(said == $"inside {report}", $"the second process works on task {report} (it said: {said})");
            Output.Line($"  report for ACME: attempt 1, in the second process");
        }
        finally
        {
            process.Kill(); // SIGKILL: no handler, no clean-up, no last word.
        }

        await process.WaitForExitAsync().WaitAsync(Patience);
        Output.Line("The second process was killed in the middle of the task");
    }

    /// <summary>fetch → featurize → train a, train b → evaluate; the group runs one task at a time, so the two trainings take turns.</summary>
    private static async Task<IReadOnlyList<TaskId>> EnqueuePipelineAsync(ITaskQueue queue)
    {
        await queue.Groups.EnsureAsync("pipeline", parallelism: 1);
        var fetch = await EnqueueAsync("fetch");
        var featurize = await EnqueueAsync("featurize", fetch);
        var trainA = await EnqueueAsync("train a", featurize);
        var trainB = await EnqueueAsync("train b", featurize);
        var evaluate = await EnqueueAsync("evaluate", trainA, trainB);
        return [fetch, featurize, trainA, trainB, evaluate];

        ValueTask<TaskId> EnqueueAsync(string name, params TaskDependency[] after) =>
            queue.EnqueueAsync(new Step(name), task => task with { Label = name, Group = "pipeline", After = after });
    }

    /// <summary>Prints each task as it finishes. A program can do this in another process, and go on where it was after a restart.</summary>
    private static async Task WatchAsync(ITaskQueue queue, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var finished in queue.Inspector.WatchAsync(cancellationToken: cancellationToken))
            {
                Output.Line($"Task {finished.Id} ({finished.Label}) finished: {finished.Outcome}, attempt {finished.Attempt}");
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task CheckRecoveryAsync(ITaskQueue queue, TaskId id)
    {
        var task = await GetAsync(queue, id);
        Promise(task is { Outcome: TaskOutcome.Succeeded, Attempt: 2, Worker: "main" }, "the task of the killed process is finished by the living one");
        var lost = (await queue.Inspector.GetAttemptsAsync(id)).Single();
        Promise(lost is { Outcome: TaskOutcome.Abandoned, Worker: DoomedWorker.Name }, "the lost attempt is on record");
    }

    private static async Task CheckPipelineAsync(ITaskQueue queue, IReadOnlyList<TaskId> ids)
    {
        var tasks = new List<TaskInfo>();
        foreach (var id in ids)
        {
            tasks.Add(await GetAsync(queue, id));
        }

        Promise(tasks.TrueForAll(task => task.Outcome == TaskOutcome.Succeeded), "every step of the pipeline succeeds");
        var inOrder = tasks.OrderBy(task => task.StartedAt).ToList();
        Promise(inOrder.Zip(inOrder.Skip(1)).All(pair => pair.First.FinishedAt <= pair.Second.StartedAt), "the pipeline's group runs one task at a time");
        Promise(inOrder[0].Id == ids[0] && inOrder[1].Id == ids[1] && inOrder[4].Id == ids[4], "each step waits for those before it");
    }

    private static async Task CheckRetryAsync(ITaskQueue queue, TaskId id)
    {
        var task = await GetAsync(queue, id);
        Promise(task is { Outcome: TaskOutcome.Succeeded, Attempt: 3 }, "the mail goes out at the third attempt");
        var failed = await queue.Inspector.GetAttemptsAsync(id);
        Promise(failed.Count == 2 && failed.All(attempt => attempt.Error.Contains("the mail server is not there", StringComparison.Ordinal)), "both errors are on record");
        Promise(failed[1].StartedAt - failed[0].EndedAt >= TimeSpan.FromMilliseconds(200), "the second attempt waits 200 ms");
        Promise(task.StartedAt - failed[1].EndedAt >= TimeSpan.FromMilliseconds(400), "the third attempt waits 400 ms");
    }

    private static async Task CheckCancelAsync(ITaskQueue queue, TaskId id)
    {
        var task = await GetAsync(queue, id);
        Promise(task is { State: TaskState.Cancelled, Outcome: TaskOutcome.Killed, Attempt: 1 }, "the cancelled task stops and is not tried again");
    }

    private static async Task<TaskInfo> GetAsync(ITaskQueue queue, TaskId id) =>
        await queue.Inspector.GetAsync(id) ?? throw new InvalidOperationException($"task {id} is gone");

    private static void Promise(bool kept, string promise)
    {
        if (!kept)
        {
            throw new InvalidOperationException(promise);
        }
    }

    // Under "dotnet QuickStart.dll" the process is dotnet itself, and the program its first argument.
    private static string[] OwnArguments() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
}
