using System.Diagnostics;

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>Completes a task that 10,000 others wait for, and measures what everybody else waits meanwhile.</summary>
internal sealed class Fanout : Scenario
{
    private const int ListSize = 10_000;
    private const int OtherCallers = 4;
    private const int CallsMeasured = 1_000_000;
    private static readonly CheckoutRequest Request = new() { Worker = "benchmark", Groups = ["parents"] };

    public override string Name => "fanout";

    public override int DefaultTasks => 10_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var others = new Latencies(CallsMeasured);
        var completions = new List<double>();
        for (var round = -1; round < options.Pairs; round++)
        {
            // The first round pays for compilation.
            var completion = await CompleteParentAsync(options.Queue, tasks, round < 0 ? new Latencies(CallsMeasured) : others);
            if (round >= 0)
            {
                completions.Add(completion);
            }
        }

        return new Result
        {
            Scenario = Name,
            P50Ms = others.P50Ms,
            P99Ms = others.P99Ms,
            Pairs = options.Pairs,
            Figures = new Dictionary<string, double> { ["longest_wait_ms"] = others.WorstMs, ["completion_ms"] = Median.Of(completions) },
        };
    }

    /// <returns>How long the completion itself took, in ms.</returns>
    private static async Task<double> CompleteParentAsync(SqliteQueueOptions options, int dependents, Latencies others)
    {
        using var file = new TemporaryFile();
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path, options);
        var parent = await queue.EnqueueAsync(Library.TaskOf(payloadBytes: 100) with { Group = "parents" });
        await Library.FillAsync(queue, dependents, Library.TaskOf(payloadBytes: 100) with { After = [parent] }, ListSize);
        var lease = (await queue.CheckoutAsync(Request))!.Lease;

        using var settled = new CancellationTokenSource();
        var started = new Countdown(OtherCallers);
        var calls = Enumerable.Range(0, OtherCallers).Select(_ => Task.Run(() => CallAsync(queue, others, started, settled.Token))).ToList();
        await started.Done;
        var clock = Stopwatch.StartNew();
        await queue.CompleteAsync(lease);
        var completion = clock.Elapsed.TotalMilliseconds;

        // The cascade continues in chunks after the completion is acknowledged.
        while ((await queue.Inspector.QueryAsync(new TaskQuery { Holds = TaskHolds.Dependencies, Limit = 1 })).Tasks.Count > 0)
        {
        }

        await settled.CancelAsync();
        await Task.WhenAll(calls);
        return completion;
    }

    private static async Task CallAsync(SqliteTaskQueue queue, Latencies latencies, Countdown started, CancellationToken settled)
    {
        var task = Library.TaskOf(payloadBytes: 100) with { Group = "others" };
        for (var first = true; !settled.IsCancellationRequested; first = false)
        {
            var start = Stopwatch.GetTimestamp();
            await queue.EnqueueAsync(task, CancellationToken.None);
            latencies.AddSince(start);
            if (first)
            {
                started.Signal();
            }
        }
    }
}
