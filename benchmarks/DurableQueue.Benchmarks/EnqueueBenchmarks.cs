using BenchmarkDotNet.Attributes;

namespace DurableQueue.Benchmarks;

/// <summary>Per task: storing it, acknowledged after the sync to disk.</summary>
[MemoryDiagnoser]
public class EnqueueBenchmarks
{
    private const int TimesEach = 16;
    private const int ListSize = 1_000;
    private readonly NewTask[] list = [.. Enumerable.Repeat(QueueFile.Task, ListSize)];
    private QueueFile file = null!;

    [GlobalSetup]
    public async Task OpenAsync() => file = await QueueFile.CreateAsync();

    [GlobalCleanup]
    public async Task CloseAsync() => await file.DisposeAsync();

    [Benchmark]
    public async Task OneCaller() => await file.Queue.EnqueueAsync(QueueFile.Task);

    [Benchmark(OperationsPerInvoke = QueueFile.Callers * TimesEach)]
    public Task ManyCallers() => QueueFile.FromManyCallersAsync(TimesEach, () => file.Queue.EnqueueAsync(QueueFile.Task).AsTask());

    [Benchmark(OperationsPerInvoke = ListSize)]
    public async Task ListOfThousand() => await file.Queue.EnqueueAsync(list);
}
