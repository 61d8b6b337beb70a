using System.Globalization;

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>64 callers on 1,000,000 tasks in 10,000 groups, 98 % of them full, divided by the bare loop on the same file.</summary>
internal sealed class Groups : Scenario
{
    private const int TasksPerGroup = 100;
    private const int OpenEvery = 50;
    private const int ListSize = 10_000;

    public override string Name => "groups";

    public override int DefaultTasks => 1_000_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var drained = DrainedFile.PartOf(tasks);
        var names = Enumerable.Range(0, Math.Max(OpenEvery, tasks / TasksPerGroup)).Select(n => "group-" + n.ToString(CultureInfo.InvariantCulture)).ToList();
        var open = names.Where((_, index) => index % OpenEvery == 0).ToList();
        using var grouped = new DrainedFile(options, drained) { Fill = (queue, count) => FillAsync(queue, count, open) };
        using var few = new DrainedFile(options, drained);
        await grouped.PrepareAsync(queue => PrepareAsync(queue, tasks, names, open));

        var medians = await Pairs.MeasureAsync(options.Pairs, grouped.ByLibraryAsync, grouped.ByBareLoopAsync, () => few.ByLibraryAsync(Backlog.Few));
        return Result.Of(Name, options.Pairs, medians[0], medians[1]) with
        {
            Figures = new Dictionary<string, double> { ["by_drain_64_of_1000"] = medians[0].PerSecond / medians[2].PerSecond },
        };
    }

    private static async Task PrepareAsync(ITaskQueue queue, int tasks, List<string> names, List<string> open)
    {
        var full = names.Except(open).ToList();
        await Task.WhenAll(full.Select(name => queue.Groups.EnsureAsync(name, parallelism: 1).AsTask()));

        // One task of each goes to a worker that keeps it, and so the group is full.
        await FillAsync(queue, full.Count, full);
        var request = new CheckoutRequest { Worker = "keeper", LeaseDuration = TimeSpan.FromHours(24) };
        for (var left = full.Count; left > 0;)
        {
            left -= (await queue.CheckoutAsync(request, Math.Min(left, ListSize))).Count;
        }

        await FillAsync(queue, tasks, names);
    }

    /// <summary>A task for each group in turn.</summary>
    internal static async Task FillAsync(ITaskQueue queue, int count, List<string> groups)
    {
        var task = Library.TaskOf(payloadBytes: 100);
        for (var first = 0; first < count; first += ListSize)
        {
            await queue.EnqueueAsync([.. Enumerable.Range(first, Math.Min(ListSize, count - first)).Select(n => task with { Group = groups[n % groups.Count] })]);
        }
    }
}
