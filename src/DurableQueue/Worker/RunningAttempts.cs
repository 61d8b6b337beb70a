using DurableQueue.Storage;

namespace DurableQueue.Worker;

/// <summary>The attempts of one worker that aren't settled yet.</summary>
internal sealed class RunningAttempts(Dispatcher dispatcher)
{
    private readonly Lock sync = new();
    private readonly Dictionary<TaskId, Attempt> latest = [];

    /// <summary>Attempts whose task was checked out again before they were settled.</summary>
    private readonly HashSet<Attempt> outdated = [];
    private readonly HashSet<TaskId> earlyCancels = [];
    private Arrival? empty;
    private bool expecting;

    /// <summary>
    /// Called before a checkout. A cancel request can arrive after the checkout's commit but before its tasks are added here; it is kept until then.
    /// </summary>
    public void Expect()
    {
        lock (sync)
        {
            expecting = true;
        }
    }

    /// <summary>Ends a checkout and adds its attempts.</summary>
    public void Add(IReadOnlyList<Attempt> arrived)
    {
        lock (sync)
        {
            foreach (var attempt in arrived)
            {
                // The task was checked out again while an older attempt runs: the older one's lease is lost, and no heartbeat is needed to know it.
                if (latest.TryGetValue(attempt.Leased.Id, out var older))
                {
                    older.Stop(StopReason.LeaseLost);
                    outdated.Add(older);
                }

                latest[attempt.Leased.Id] = attempt;
                if (earlyCancels.Contains(attempt.Leased.Id))
                {
                    attempt.Stop(StopReason.CancelRequested);
                }
            }

            earlyCancels.Clear();
            expecting = false;
        }
    }

    public void Remove(IReadOnlyList<Attempt> settled)
    {
        lock (sync)
        {
            foreach (var attempt in settled)
            {
                if (latest.TryGetValue(attempt.Leased.Id, out var current) && current == attempt)
                {
                    latest.Remove(attempt.Leased.Id);
                }
                else
                {
                    outdated.Remove(attempt);
                }
            }

            if (IsEmpty)
            {
                empty?.TrySet();
            }
        }
    }

    public void Cancel(TaskId id)
    {
        lock (sync)
        {
            if (latest.TryGetValue(id, out var attempt))
            {
                attempt.Stop(StopReason.CancelRequested);
            }

            if (expecting)
            {
                earlyCancels.Add(id);
            }
        }
    }

    public Attempt[] ToArray()
    {
        lock (sync)
        {
            return [.. latest.Values, .. outdated];
        }
    }

    /// <summary>Completes when all attempts are settled. Call it only after the last checkout.</summary>
    public Task WhenEmptyAsync()
    {
        lock (sync)
        {
            empty = new Arrival(dispatcher);
            if (IsEmpty)
            {
                empty.TrySet();
            }

            return empty.Task.AsTask();
        }
    }

    private bool IsEmpty => latest.Count == 0 && outdated.Count == 0;
}
