using DurableQueue.Storage;

namespace DurableQueue.Worker;

/// <summary>
/// Collects the attempts that succeeded while a batch of earlier ones is being written, so that a worker whose handlers are faster than the store
/// completes many with one call.
/// </summary>
/// <param name="write">Stores a batch. Must not throw, nor use the batch after it has returned.</param>
/// <param name="dispatcher">Runs the writes.</param>
internal sealed class CompletionBatcher(Func<CompletionBatch, Task> write, Dispatcher dispatcher)
{
    private readonly Lock sync = new();
    private CompletionBatch collecting = new();
    private CompletionBatch spare = new();
    private bool writing;

    public void Add(Attempt attempt, ReadOnlyMemory<byte> result)
    {
        lock (sync)
        {
            collecting.Add(attempt, result);
            if (writing)
            {
                return;
            }

            writing = true;
        }

        // Queued behind the handlers that are about to run, so that those that end at once are in the same batch.
        dispatcher.PostInFrame(() => _ = WriteAllAsync());
    }

    private async Task WriteAllAsync()
    {
        while (TryTake(out var batch))
        {
            await write(batch).ConfigureAwait(false);
            batch.Clear();
        }
    }

    private bool TryTake(out CompletionBatch batch)
    {
        lock (sync)
        {
            batch = collecting;
            if (batch.Attempts.Count == 0)
            {
                writing = false;
                return false;
            }

            (collecting, spare) = (spare, batch);
            return true;
        }
    }
}
