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
    /// <param name="isUnsynced">Its batch is not synced.</param>
    /// <returns>False if there is none, or if the next one belongs to another batch.</returns>
    public bool TryTakeNext(out WriteOperation operation, bool isFirst, bool isUnsynced = false)
    {
        lock (Sync)
        {
            while (list.TryPeek(out operation!))
            {
                if ((operation.StartsBatch && !isFirst) || (isUnsynced && !operation.MayBeUnsynced))
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

    /// <summary>Lists operations that a batch has taken before all others, in their order.</summary>
    public void PutBack(IReadOnlyList<WriteOperation> taken)
    {
        lock (Sync)
        {
            WriteOperation[] later = [.. list];
            list.Clear();
            foreach (var operation in taken)
            {
                operation.ServeAlone();
                operation.PutBack();
                list.Enqueue(operation);
            }

            foreach (var operation in later)
            {
                list.Enqueue(operation);
            }
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

    /// <summary>Whether nothing is listed that has to be synced.</summary>
    public bool MayBeUnsynced()
    {
        lock (Sync)
        {
            return list.All(operation => operation.MayBeUnsynced);
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
