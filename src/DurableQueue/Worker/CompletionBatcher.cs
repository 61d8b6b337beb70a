using DurableQueue.Storage;

namespace DurableQueue.Worker;

/// <summary>
/// Attempts whose handlers returned. Those that end while one batch is being written are the next one: a worker whose handlers are
/// faster than the store tells it of many with one call.
/// </summary>
/// <param name="write">Tells the store. Never throws, and is done with the batch when it ends.</param>
/// <param name="dispatcher">Runs it.</param>
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

        // Behind the handlers that are about to run, so that those which end at once are in the same batch.
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
