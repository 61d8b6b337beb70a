using System.Globalization;

namespace DurableQueue.Benchmarks.Throughput.Scenarios;

/// <summary>
/// 64 callers on 1,000,000 tasks in 10,000 groups that all have a cap on their starts, reached by 98 % of them; divided by the same callers on few
/// tasks of a file without budgets.
/// </summary>
internal sealed class Budgets : Scenario
{
    private const int TasksPerGroup = 100;
    private const int OpenEvery = 50;
    private const int ListSize = 10_000;

    public override string Name => "budgets";

    public override int DefaultTasks => 1_000_000;

    public override async Task<Result> RunAsync(RunOptions options, int tasks)
    {
        var drained = DrainedFile.PartOf(tasks);
        var names = Enumerable.Range(0, Math.Max(OpenEvery, tasks / TasksPerGroup)).Select(n => "group-" + n.ToString(CultureInfo.InvariantCulture)).ToList();
        var open = names.Where((_, index) => index % OpenEvery == 0).ToList();
        using var capped = new DrainedFile(options, drained) { Fill = (queue, count) => Groups.FillAsync(queue, count, open) };
        using var few = new DrainedFile(options, drained);
        await capped.PrepareAsync(queue => PrepareAsync(queue, tasks, names, open));

        var medians = await Pairs.MeasureAsync(options.Pairs, capped.ByLibraryAsync, () => few.ByLibraryAsync(Backlog.Few));
        return Result.Of(Name, options.Pairs, medians[0], medians[1]);
    }

    private static async Task PrepareAsync(ITaskQueue queue, int tasks, List<string> names, List<string> open)
    {
        await queue.Budgets.SetAsync(BudgetTarget.EveryGroup, new BudgetPolicy { Rate = new RateCap(1, TimeSpan.FromDays(1)) });
        foreach (var name in open)
        {
            await queue.Budgets.SetAsync(BudgetTarget.Group(name), new BudgetPolicy { Rate = new RateCap(int.MaxValue, TimeSpan.FromMinutes(1)) });
        }

        // One start of each, and so its cap is reached.
        var closed = names.Except(open).ToList();
        var request = new CheckoutRequest { Worker = "keeper" };
        await Groups.FillAsync(queue, closed.Count, closed);
        for (var left = closed.Count; left > 0;)
        {
            var taken = await queue.CheckoutAsync(request, Math.Min(left, ListSize));
            await queue.CompleteAsync([.. taken.Select(task => new TaskCompletion(task.Lease))]);
            left -= taken.Count;
        }

        await Groups.FillAsync(queue, tasks, names);
    }
}
