using System.Diagnostics;

namespace DurableQueue.Storage;

/// <summary>
/// Runs work on the thread pool, and on threads of its own when the pool does not start it within a few milliseconds. Handlers that block, and
/// callers that wait synchronously, can hold every thread of the pool; leases, timers and the answers those callers wait for must not depend on it.
/// </summary>
/// <remarks>
/// While the pool keeps up, a post costs what it costs on the pool, and one thread checks every 5 ms what was posted. From the first item that the
/// pool leaves behind until the pool has worked off what was queued by then, everything runs on the own threads. Code of the application may
/// continue there and block: when nothing is taken for 5 ms, another thread is started.
/// </remarks>
internal sealed class Dispatcher : IDisposable
{
    private const int QuietProbesBeforeRest = 50;

    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ThreadRest = TimeSpan.FromSeconds(10);
    private static readonly long ProbeTicks = (long)(ProbePeriod.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Guards the timers and the rest of the thread that probes. Also what that thread waits on.</summary>
    private readonly object watchSync = new();
    private readonly SortedSet<DispatcherTimer> timers = new(DispatcherTimer.ByDue);

    /// <summary>Guards what waits for an own thread. Also what these threads wait on.</summary>
    private readonly object ownSync = new();
    private readonly Queue<DispatcherItem> own = new();
    private DispatcherItem? posted;
    private DispatcherItem? behind;
    private Thread? watcher;
    private long wakesAt = long.MaxValue;
    private int ownThreads;
    private long timerNumber;
    private bool tookSinceProbe;
    private volatile bool probing;
    private volatile bool stopped;

    /// <summary>The pool has not started what was posted to it.</summary>
    public bool IsPoolBehind => Volatile.Read(ref behind) is not null;

    /// <summary>For what may call code of the application.</summary>
    public void Post(Action action) => Post(new ActionItem(action));

    /// <summary>For work of our own that must not need the pool: it runs in a frame, and so does whatever follows an await in it.</summary>
    public void PostInFrame(Action action) => Post(new ActionItem(action) { InFrame = true });

    public void Post(DispatcherItem item)
    {
        if (stopped)
        {
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
            return;
        }

        if (IsPoolBehind)
        {
            Offer(item);
            return;
        }

        var head = Volatile.Read(ref posted);
        while (true)
        {
            item.Next = head;
            var seen = Interlocked.CompareExchange(ref posted, item, head);
            if (seen == head)
            {
                break;
            }

            head = seen;
        }

        ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        if (!probing)
        {
            StartProbing();
        }
    }

    /// <summary>Runs the action, and completes when it is done; fails with what it throws.</summary>
    public ValueTask RunAsync(Action action)
    {
        var done = new Arrival(this);
        Post(() =>
        {
            try
            {
                action();
                done.TrySet();
            }
            catch (Exception error)
            {
                done.TrySet(error);
            }
        });
        return done.Task;
    }

    /// <summary>Starts the work in a frame, and completes when it is done; fails with what it throws.</summary>
    public Task StartAsync(Func<Task> work)
    {
        var done = new TaskCompletionSource();
        PostInFrame(() => _ = RunAsync());
        return done.Task;

        async Task RunAsync()
        {
            try
            {
                await work().ConfigureAwait(false);

                // The thread that waits for the end is not in the frame.
                Post(done.SetResult);
            }
            catch (Exception error)
            {
                Post(() => done.SetException(error));
            }
        }
    }

    /// <summary>The clock, with timers that do not need the pool; the clock itself if it has timers of its own, as those of tests have.</summary>
    public TimeProvider Over(TimeProvider time)
    {
        Func<TimerCallback, object?, TimeSpan, TimeSpan, ITimer> create = time.CreateTimer;
        return create.Method.DeclaringType == typeof(TimeProvider) ? new DispatcherTime(time, this) : time;
    }

    /// <summary>From now on everything runs on the pool, and its timers don't fire. What was posted still runs.</summary>
    public void Dispose()
    {
        lock (watchSync)
        {
            stopped = true;
            timers.Clear();
            Monitor.PulseAll(watchSync);
        }

        lock (ownSync)
        {
            Monitor.PulseAll(ownSync);
        }
    }

    /// <summary>Tells timers apart that are due at the same time.</summary>
    public long NumberTimer() => Interlocked.Increment(ref timerNumber);

    /// <summary>Called by the timer. Its due time changes only here.</summary>
    public void Set(DispatcherTimer timer, long due)
    {
        lock (watchSync)
        {
            timers.Remove(timer);
            timer.Due = due;
            if (due == long.MaxValue || stopped)
            {
                return;
            }

            timers.Add(timer);
            if (due < wakesAt)
            {
                Wake();
            }
        }
    }

    private void StartProbing()
    {
        lock (watchSync)
        {
            probing = true;
            Wake();
        }
    }

    private void Wake()
    {
        if (watcher is null)
        {
            watcher = new Thread(Watch) { IsBackground = true, Name = "DurableQueue dispatcher" };
            watcher.UnsafeStart();
        }
        else
        {
            Monitor.Pulse(watchSync);
        }
    }

    private void Watch()
    {
        DispatcherItem? watched = null;
        var quiet = 0;
        var nextProbe = long.MaxValue;
        List<DispatcherTimer> due = [];
        while (true)
        {
            lock (watchSync)
            {
                if (stopped)
                {
                    break;
                }

                var now = Stopwatch.GetTimestamp();
                if (probing && nextProbe == long.MaxValue)
                {
                    nextProbe = now + ProbeTicks;
                }

                wakesAt = Math.Min(nextProbe, timers.Min?.Due ?? long.MaxValue);
                if (wakesAt > now)
                {
                    Monitor.Wait(watchSync, Until(wakesAt, now));
                    now = Stopwatch.GetTimestamp();
                }

                // Another read of the clock for each timer that is set meanwhile is not needed: it is seen before the next wait.
                wakesAt = long.MinValue;
                TakeDue(now, due);
            }

            due.ForEach(timer => Post(timer.Fire()));
            due.Clear();
            if (Stopwatch.GetTimestamp() < nextProbe)
            {
                continue;
            }

            watched = Probe(watched);
            nextProbe = long.MaxValue;
            quiet = watched is null && !AnyOwnWaits() ? quiet + 1 : 0;
            if (quiet >= QuietProbesBeforeRest)
            {
                quiet = 0;
                Rest();
            }
        }

        // They are in the pool too, but the pool may be held until one of them has run.
        Rescue(watched);
        Rescue(Interlocked.Exchange(ref posted, null));
    }

    /// <summary>Ends the probing, unless something was posted meanwhile.</summary>
    private void Rest()
    {
        lock (watchSync)
        {
            probing = false;
            Interlocked.MemoryBarrier();
            probing = Volatile.Read(ref posted) is not null || AnyOwnWaits();
        }
    }

    /// <param name="watched">What was posted before the last probe: it has had its time.</param>
    /// <returns>What was posted since then.</returns>
    private DispatcherItem? Probe(DispatcherItem? watched)
    {
        if (Rescue(watched) && !IsPoolBehind)
        {
            var caughtUp = new ActionItem(() => Volatile.Write(ref behind, null));
            Volatile.Write(ref behind, caughtUp);
            ThreadPool.UnsafeQueueUserWorkItem(caughtUp, preferLocal: false);
        }

        lock (ownSync)
        {
            if (own.Count > 0 && !tookSinceProbe)
            {
                StartOwnThread();
            }

            tookSinceProbe = false;
        }

        return Interlocked.Exchange(ref posted, null);
    }

    /// <returns>Whether the pool has left one of them behind.</returns>
    private bool Rescue(DispatcherItem? newest)
    {
        Stack<DispatcherItem>? left = null;
        for (var item = newest; item is not null; item = item.Next)
        {
            if (!item.IsStarted)
            {
                (left ??= new Stack<DispatcherItem>()).Push(item);
            }
        }

        // Oldest first.
        while (left is not null && left.TryPop(out var item))
        {
            Offer(item);
        }

        return left is not null;
    }

    private void Offer(DispatcherItem item)
    {
        lock (ownSync)
        {
            own.Enqueue(item);
            if (ownThreads == 0)
            {
                StartOwnThread();
            }
            else
            {
                Monitor.Pulse(ownSync);
            }
        }

        // Further threads are started by the one that probes.
        if (!probing && !stopped)
        {
            StartProbing();
        }
    }

    private void StartOwnThread()
    {
        ownThreads++;
        new Thread(RunOwn) { IsBackground = true, Name = "DurableQueue spare" }.UnsafeStart();
    }

    private void RunOwn()
    {
        while (TakeOwn() is { } item)
        {
            item.Start();
        }
    }

    private DispatcherItem? TakeOwn()
    {
        lock (ownSync)
        {
            while (own.Count == 0)
            {
                var pulsed = !stopped && Monitor.Wait(ownSync, ThreadRest);
                if (!pulsed && own.Count == 0)
                {
                    ownThreads--;
                    return null;
                }
            }

            tookSinceProbe = true;
            return own.Dequeue();
        }
    }

    private bool AnyOwnWaits()
    {
        lock (ownSync)
        {
            return own.Count > 0;
        }
    }

    private void TakeDue(long now, List<DispatcherTimer> due)
    {
        while (timers.Min is { } first && first.Due <= now)
        {
            timers.Remove(first);
            first.Due = first.NextAfter(now);
            if (first.Due != long.MaxValue)
            {
                timers.Add(first);
            }

            due.Add(first);
        }
    }

    private static TimeSpan Until(long then, long now)
    {
        var left = Math.Ceiling((then - now) * 1000.0 / Stopwatch.Frequency);
        return then == long.MaxValue || left > int.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(left);
    }

    private sealed class ActionItem(Action action) : DispatcherItem
    {
        protected override void OnStart() => action();
    }
}
