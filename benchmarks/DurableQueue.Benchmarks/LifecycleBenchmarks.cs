using BenchmarkDotNet.Attributes;

namespace DurableQueue.Benchmarks;

/// <summary>Per task: enqueue, checkout and complete, each acknowledged after the sync to disk.</summary>
[MemoryDiagnoser]
public class LifecycleBenchmarks
{
    private const int TimesEach = 16;
    private QueueFile file = null!;

    [GlobalSetup]
    public async Task OpenAsync() => file = await QueueFile.CreateAsync();

    [GlobalCleanup]
    public async Task CloseAsync() => await file.DisposeAsync();

    [Benchmark]
    public Task OneCaller() => file.LiveAsync();

    [Benchmark(OperationsPerInvoke = QueueFile.Callers * TimesEach)]
    public Task ManyCallers() => QueueFile.FromManyCallersAsync(TimesEach, file.LiveAsync);
}
