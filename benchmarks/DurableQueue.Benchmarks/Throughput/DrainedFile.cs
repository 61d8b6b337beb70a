namespace DurableQueue.Benchmarks.Throughput;

/// <summary>A file that is drained a part at a time, by the library and by the bare loop in turn, and filled up again before each part.</summary>
internal sealed class DrainedFile(RunOptions options, int drained) : IDisposable
{
    private static readonly NewTask Ready = Library.TaskOf(payloadBytes: 100);
    private readonly TemporaryFile file = new();

    /// <summary>How many tasks of a large file one measurement takes.</summary>
    public static int PartOf(int tasks) => Math.Clamp(tasks / 50, Library.ManyCallers, 20_000);

    /// <summary>Adds as many ready tasks as a part takes.</summary>
    public Func<ITaskQueue, int, Task> Fill { get; init; } = (queue, count) => Library.FillAsync(queue, count, Ready);

    public async Task PrepareAsync(Func<ITaskQueue, Task> prepare)
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path, options.Queue);
        await SetBudgetsAsync(queue);
        await prepare(queue);
    }

    /// <summary>Leaves finished tasks behind, made by the bare loop.</summary>
    public void Finish(int count)
    {
        const int PerTransaction = 1_000;
        using var loop = new BareQueue(file.Path, options.Queue, oneStatement: true);
        for (var left = count; left > 0; left -= PerTransaction)
        {
            loop.Enqueue(Math.Min(left, PerTransaction), new byte[100]);
            loop.Checkout(PerTransaction);
            loop.Complete();
        }
    }

    public async Task<Sample> ByLibraryAsync()
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path, options.Queue);
        await SetBudgetsAsync(queue);
        await Fill(queue, drained);
        return await Library.DrainAsync(queue, drained, Library.ManyCallers);
    }

    /// <summary>The same number of tasks, but never more than a few at a time in the file.</summary>
    public async Task<Sample> ByLibraryAsync(int atATime)
    {
        await using var queue = await SqliteTaskQueue.OpenAsync(file.Path, options.Queue);
        await SetBudgetsAsync(queue);
        var seconds = 0.0;
        for (var left = drained; left > 0; left -= atATime)
        {
            var count = Math.Min(left, atATime);
            await Fill(queue, count);
            seconds += count / (await Library.DrainAsync(queue, count, Library.ManyCallers)).PerSecond;
        }

        return new Sample(drained / seconds);
    }

    private async Task SetBudgetsAsync(SqliteTaskQueue queue)
    {
        if (options.Budgets && (await queue.Budgets.ListAsync()).Count == 0)
        {
            var policy = new BudgetPolicy { Rate = new RateCap(int.MaxValue, TimeSpan.FromMinutes(1)) };
            await queue.Budgets.SetAsync(BudgetTarget.EveryGroup, policy);
            await queue.Budgets.SetAsync(BudgetTarget.EveryType, policy);
        }
    }

    public async Task<Sample> ByBareLoopAsync()
    {
        await PrepareAsync(queue => Fill(queue, drained));
        using var loop = new BareQueue(file.Path, options.Queue);
        return Bare.Drain(loop, drained, Library.ManyCallers);
    }

    public void Dispose() => file.Dispose();
}
