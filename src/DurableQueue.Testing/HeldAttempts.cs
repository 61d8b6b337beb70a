using DurableQueue.Storage;

namespace DurableQueue.Testing;

/// <summary>The attempts of the workers that are held back, and whether they have nothing left to do.</summary>
/// <param name="workers">Their names. Checkouts by others are ignored.</param>
/// <param name="time">The clock of the store.</param>
internal sealed class HeldAttempts(IReadOnlyCollection<string> workers, TimeProvider time) : IDisposable
{
    private readonly Lock sync = new();
    private readonly Dictionary<TaskId, long> running = [];
    private readonly Dictionary<TaskId, long> suspended = [];
    private readonly List<OpenWait> waits = [];
    private readonly AttemptLimits limits = new(time);

    /// <summary>For each worker, the turn in which it last found fewer tasks than it had slots for.</summary>
    private readonly Dictionary<string, long> quiet = [];
    private TaskCompletionSource turned = NewSignal();
    private TaskCompletionSource idle = NewSignal();
    private Action wake = () => { };
    private long turns;
    private int started;
    private bool isOpen;
    private bool isDisposed;

    /// <summary>Attempts that the workers have begun so far.</summary>
    public int Started
    {
        get
        {
            lock (sync)
            {
                return started;
            }
        }
    }

    /// <summary>The tasks that workers have in hand.</summary>
    public IReadOnlyList<TaskId> Running
    {
        get
        {
            lock (sync)
            {
                return [.. running.Keys];
            }
        }
    }

    /// <summary>The leases of the attempts that wait for others; only their tokens count.</summary>
    public Lease[] SuspendedLeases
    {
        get
        {
            lock (sync)
            {
                return [.. suspended.Select(attempt => new Lease(attempt.Key, attempt.Value, default))];
            }
        }
    }

    /// <summary>
    /// Whether they are idle now, what the attempts wait for that gave their slot back (<see langword="null"/> if one of them has ended its wait and
    /// is about to continue), and when that may have changed.
    /// </summary>
    public (bool IsIdle, IReadOnlyList<OpenWait>? Waits, Task Changed) Standing
    {
        get
        {
            lock (sync)
            {
                var allWait = suspended.Keys.All(task => waits.Exists(wait => wait.Waiting == task) && !(TimeLeft(task) <= TimeSpan.Zero));
                return (IsIdle(), allWait ? [.. waits] : null, turned.Task);
            }
        }
    }

    /// <summary>The tasks whose attempts gave their slots back, and when the first of their waits or attempts is to end at the latest.</summary>
    public (IReadOnlyCollection<TaskId> Tasks, DateTimeOffset? EndsAt) Suspended
    {
        get
        {
            lock (sync)
            {
                var left = waits.Select(wait => wait.Left)
                    .Concat(suspended.Keys.Select(TimeLeft))
                    .Where(left => left > TimeSpan.Zero)
                    .Min();
                return ([.. suspended.Keys], time.GetUtcNow() + left);
            }
        }
    }

    /// <summary>The turn in which a checkout may find tasks; <see langword="null"/>: no drain is running.</summary>
    public long? OpenTurn
    {
        get
        {
            lock (sync)
            {
                return isOpen ? turns : null;
            }
        }
    }

    public bool Holds(string worker) => workers.Contains(worker);

    /// <summary>Says what wakes the workers at each turn.</summary>
    public void WakeWith(Action wakeWorkers) => wake = wakeWorkers;

    /// <exception cref="InvalidOperationException">It is open already.</exception>
    public void Open()
    {
        lock (sync)
        {
            if (isOpen)
            {
                throw new InvalidOperationException("The queue is being drained already.");
            }

            isOpen = true;
            TurnLocked();
        }
    }

    public void Close()
    {
        lock (sync)
        {
            isOpen = false;
        }
    }

    /// <summary>Every worker must check out again before they count as idle.</summary>
    public void Turn()
    {
        lock (sync)
        {
            TurnLocked();
        }
    }

    /// <summary>Waits until nothing runs and every worker has checked out since then and found too few tasks for its slots.</summary>
    public async Task WaitUntilIdleAsync(CancellationToken cancellationToken)
    {
        Task wait;
        lock (sync)
        {
            ObjectDisposedException.ThrowIf(isDisposed, typeof(QueueTestKit));
            if (idle.Task.IsCompleted)
            {
                idle = NewSignal();
            }

            ReportIfIdle();
            wait = idle.Task;
        }

        await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The slots of a waiting worker, inside the transaction that would fill them: none while no drain is running.</summary>
    public int TakeSlots(WaitingWorker waiting)
    {
        lock (sync)
        {
            var slots = isOpen ? waiting.TakeSlots() : 0;
            if (slots > 0)
            {
                // It is busy until it has checked out again.
                quiet.Remove(waiting.Request.Worker);
            }

            return slots;
        }
    }

    public void CheckedOut(string worker, long turn, IReadOnlyList<LeasedTask> tasks, int maxTasks)
    {
        lock (sync)
        {
            BeginLocked(tasks);
            if (tasks.Count < maxTasks)
            {
                quiet[worker] = turn;
            }

            ReportIfIdle();
        }
    }

    public void Begin(IReadOnlyList<LeasedTask> tasks)
    {
        lock (sync)
        {
            BeginLocked(tasks);
        }
    }

    public void End(Lease lease)
    {
        lock (sync)
        {
            Forget(lease, running);
            Forget(lease, suspended);
            TurnLocked();
        }
    }

    /// <param name="lease">That of an attempt.</param>
    /// <param name="kept">Whether it still has the lease.</param>
    public void Suspend(Lease lease, bool kept) => Move(lease, running, kept ? suspended : null);

    /// <param name="lease">That of an attempt.</param>
    /// <param name="kept">Whether it still has the lease.</param>
    public void Resume(Lease lease, bool kept) => Move(lease, suspended, kept ? running : null);

    /// <returns>Ends the wait.</returns>
    public IDisposable BeginWait(OpenWait wait)
    {
        lock (sync)
        {
            waits.Add(wait);
            TurnLocked();
        }

        return new Ended(() => EndWait(wait));
    }

    /// <summary>With its slot or without it, the attempt does nothing until the request is decided.</summary>
    /// <returns>Ends the wait.</returns>
    public IDisposable BeginDecision(Lease waiting, OpenWait wait)
    {
        var keepsSlot = TryMove(waiting, running, suspended);
        BeginWait(wait);
        var begun = time.GetTimestamp();
        return new Ended(() =>
        {
            lock (sync)
            {
                limits.PutOff(waiting.TaskId, time.GetElapsedTime(begun));
            }

            if (keepsSlot)
            {
                TryMove(waiting, suspended, running);
            }

            EndWait(wait);
        });
    }

    public void Dispose()
    {
        lock (sync)
        {
            isDisposed = true;
            idle.TrySetException(new ObjectDisposedException(nameof(QueueTestKit)));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A task that was checked out again has a newer token, which stays.</summary>
    private static void Forget(Lease lease, Dictionary<TaskId, long> leases)
    {
        if (leases.TryGetValue(lease.TaskId, out var token) && token == lease.Token)
        {
            leases.Remove(lease.TaskId);
        }
    }

    private void BeginLocked(IReadOnlyList<LeasedTask> tasks)
    {
        foreach (var task in tasks)
        {
            limits.Begin(task);
            running[task.Id] = task.Lease.Token;
            started++;
        }
    }

    private void EndWait(OpenWait wait)
    {
        lock (sync)
        {
            waits.Remove(wait);
            TurnLocked();
        }
    }

    private void Move(Lease lease, Dictionary<TaskId, long> from, Dictionary<TaskId, long>? to)
    {
        lock (sync)
        {
            Forget(lease, from);
            to?[lease.TaskId] = lease.Token;
            TurnLocked();
        }
    }

    /// <returns>Whether the attempt was where it was looked for.</returns>
    private bool TryMove(Lease lease, Dictionary<TaskId, long> from, Dictionary<TaskId, long> to)
    {
        lock (sync)
        {
            if (!from.TryGetValue(lease.TaskId, out var token) || token != lease.Token)
            {
                return false;
            }

            from.Remove(lease.TaskId);
            to[lease.TaskId] = lease.Token;
            TurnLocked();
            return true;
        }
    }

    /// <summary>Until the timeout of an attempt; <see langword="null"/> if it has none, or if its time does not count now.</summary>
    private TimeSpan? TimeLeft(TaskId task) => waits.Exists(wait => wait.Waiting == task && wait.IsForDecision) ? null : limits.Left(task);

    private void TurnLocked()
    {
        turns++;
        turned.TrySetResult();
        turned = NewSignal();
        wake();
        ReportIfIdle();
    }

    private bool IsIdle() => isOpen && running.Count == 0 && workers.All(worker => quiet.GetValueOrDefault(worker, -1) == turns);

    private void ReportIfIdle()
    {
        if (IsIdle())
        {
            idle.TrySetResult();
        }
    }

    private sealed class Ended(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
