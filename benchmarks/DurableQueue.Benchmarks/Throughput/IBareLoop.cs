namespace DurableQueue.Benchmarks.Throughput;

/// <summary>What SQLite itself can do: prepared statements on one thread, no queue around them. Each call is one transaction.</summary>
internal interface IBareLoop : IDisposable
{
    void Enqueue(int count, byte[] payload);

    /// <returns>How many tasks it took.</returns>
    int Checkout(int most);

    /// <summary>Completes what the last checkout took.</summary>
    void Complete();
}
