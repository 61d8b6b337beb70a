namespace DurableQueue.PostgreSql;

/// <summary>
/// Sends the calls of one kind, those that wait at the same time together. It waits for nothing: what is sent together is what came while the last ones were on
/// their way.
/// </summary>
/// <typeparam name="TCall">The kind.</typeparam>
/// <param name="places">How many sends may be on their way.</param>
/// <param name="joins">Whether a call may go with those that were taken; the first always may.</param>
/// <param name="send">Sends calls, and gives each its answer.</param>
internal sealed class CallMerger<TCall>(int places, Func<IReadOnlyList<TCall>, TCall, bool> joins, Func<IReadOnlyList<TCall>, Task> send)
    where TCall : MergedCall
{
    private readonly Lock sync = new();
    private readonly LinkedList<TCall> waiting = new();
    private int sending;

    public void Add(TCall call, CancellationToken cancellationToken)
    {
        call.CancelWith(cancellationToken);
        lock (sync)
        {
            waiting.AddLast(call);
            if (sending == places)
            {
                return;
            }

            sending++;
        }

        _ = SendAllAsync();
    }

    private async Task SendAllAsync()
    {
        while (Take() is { Count: > 0 } taken)
        {
            await SendAsync(taken).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(List<TCall> taken)
    {
        try
        {
            await send(taken).ConfigureAwait(false);
        }
        catch (QueueStorageException e) when (e.Error == QueueStorageError.Other && taken.Count > 1)
        {
            // One of them is at fault, and all were rolled back: each fails or succeeds for itself.
            foreach (var call in taken)
            {
                await SendAsync([call]).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            taken.ForEach(call => call.Fail(e));
        }
    }

    private List<TCall> Take()
    {
        var taken = new List<TCall>();
        lock (sync)
        {
            for (var node = waiting.First; node is not null;)
            {
                var (call, next) = (node.Value, node.Next);
                if (taken.Count == 0 || joins(taken, call))
                {
                    waiting.Remove(node);
                    if (call.TryTake())
                    {
                        taken.Add(call);
                    }
                }

                node = next;
            }

            if (taken.Count == 0)
            {
                sending--;
            }
        }

        return taken;
    }
}
