using DurableQueue.Benchmarks.Throughput;

namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>One table and one partial index.</summary>
internal sealed class MinimalSide(string path, SqliteQueueOptions options, byte[] payload) : ICostSide
{
    private readonly MinimalQueue queue = new(path, options);

    public string Name => "minimal";

    public nint Connection => queue.Connection;

    public Task EnqueueListAsync(int count) => EnqueueBatchAsync(count);

    public Task EnqueueBatchAsync(int count)
    {
        queue.Enqueue(count, payload);
        return Task.CompletedTask;
    }

    public Task ClaimAsync(int count) => queue.Checkout(count) == count ? Task.CompletedTask : throw new InvalidOperationException("Too few were ready.");

    public Task CompleteAsync()
    {
        queue.Complete();
        return Task.CompletedTask;
    }

    public void Dispose() => queue.Dispose();
}
