namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>A queue whose statements are counted. Each call is one transaction, and always the same one.</summary>
internal interface ICostSide : IDisposable
{
    string Name { get; }

    /// <summary>The native handle of the connection that writes.</summary>
    nint Connection { get; }

    Task EnqueueListAsync(int count);

    Task EnqueueBatchAsync(int count);

    Task ClaimAsync(int count);

    /// <summary>Completes what the last claim took.</summary>
    Task CompleteAsync();
}
