namespace DurableQueue.Sqlite;

/// <summary>What callers have listed for the writer, in their order.</summary>
internal sealed class OperationList
{
    private readonly Queue<WriteOperation> list = new();

    /// <summary>Guards the list, and whatever has to change together with it.</summary>
    public Lock Sync { get; } = new();

    /// <summary>Called by the holder of <see cref="Sync"/>.</summary>
    public void Add(WriteOperation operation) => list.Enqueue(operation);

    /// <summary>Takes the next operation whose caller has not given up.</summary>
    /// <param name="operation">It.</param>
    /// <param name="isFirst">It would be the first of its batch.</param>
    /// <returns>False if there is none, or if it has to be the first and would not be.</returns>
    public bool TryTakeNext(out WriteOperation operation, bool isFirst)
    {
        lock (Sync)
        {
            while (list.TryPeek(out operation!))
            {
                if (operation.StartsBatch && !isFirst)
                {
                    return false;
                }

                list.Dequeue();
                if (operation.TryTake())
                {
                    return true;
                }
            }

            return false;
        }
    }

    public bool HasWaiting()
    {
        lock (Sync)
        {
            while (list.TryPeek(out var first) && !first.IsWaiting)
            {
                list.Dequeue();
            }

            return list.Count > 0;
        }
    }

    /// <summary>Fails everything that is listed.</summary>
    public void Fail(Exception error)
    {
        while (TryTakeNext(out var operation, isFirst: true))
        {
            operation.Fail(error);
            operation.CompleteCall();
        }
    }

    public WriteOperation[] ToArray()
    {
        lock (Sync)
        {
            return [.. list];
        }
    }
}
