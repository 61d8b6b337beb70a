using System.Collections.Concurrent;
using System.Diagnostics;

namespace DurableQueue.Storage;

/// <summary>
/// Runs work on the thread pool, and on threads of its own when the pool does not start it within a few milliseconds. Handlers that block, and
/// callers that wait synchronously, can hold every thread of the pool; leases, timers and the answers those callers wait for must not depend on it.
/// </summary>
/// <remarks>
/// What is posted waits in a queue, first in, first out. While anything waits, the pool has a turn in line, which takes items one after the other; before
/// it runs one, it has another turn in line for the rest, because code of the application may continue in an item and block. One thread checks every 5 ms
/// that something was taken. If not, the dispatcher's own threads take items too, until the pool has worked off what was queued by then; and whenever
/// nothing is taken for 5 ms, one more of them is started.
/// </remarks>
internal sealed class Dispatcher : IThreadPoolWorkItem, IDisposable
{
    private const int QuietProbesBeforeRest = 50;

    /// <summary>How many items a turn takes before other work of the pool may run.</summary>
    private const int MostPerTurn = 16;

    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ThreadRest = TimeSpan.FromSeconds(10);
    private static readonly long ProbeTicks = (long)(ProbePeriod.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Guards the timers and the rest of the thread that probes. Also what that thread waits on.</summary>
    private readonly object watchSync = new();
    private readonly SortedSet<DispatcherTimer> timers = new(DispatcherTimer.ByDue);

    /// <summary>Guards the number of own threads. Also what these threads wait on.</summary>
    private readonly object ownSync = new();
    private readonly ConcurrentQueue<DispatcherItem> posted = new();
    private int turnInLine;
    private Thread? watcher;
    private long wakesAt = long.MaxValue;
    private int ownThreads;
    private int idleOwnThreads;
    private long timerNumber;
    private volatile bool tookSinceProbe;
    private volatile bool behind;
    private volatile bool probing;
    private volatile bool stopped;

    /// <summary>The pool has not started what was posted to it.</summary>
    public bool IsPoolBehind => behind;

    /// <summary>For what may call code of the application.</summary>
    public void Post(Action action) => Post(new ActionItem(action));

    /// <summary>For work of our own that must not need the pool: it runs in a frame, and so does whatever follows an await in it.</summary>
    public void PostInFrame(Action action) => Post(new ActionItem(action) { InFrame = true });

    public void Post(DispatcherItem item)
    {
        posted.Enqueue(item);
        LineUp();
        if (behind)
        {
            WakeOwnThread();
        }

        if (!probing && !stopped)
        {
            StartProbing();
        }
    }

    /// <summary>A turn on the pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref turnInLine, 0);
        for (var left = MostPerTurn; left > 0 && posted.TryDequeue(out var item); left--)
        {
            tookSinceProbe = true;
            if (!posted.IsEmpty)
            {
                LineUp();
            }

            Run(item);
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

    /// <summary>Makes sure that the pool has a turn in line that begins after this call.</summary>
    private void LineUp()
    {
        if (Volatile.Read(ref turnInLine) == 0 && Interlocked.Exchange(ref turnInLine, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Runs the item, and leaves the thread as it was: what code of the application sets for itself is not seen by the next item.</summary>
    private static void Run(DispatcherItem item)
    {
        var context = ExecutionContext.Capture();
        item.Start();
        if (context is not null)
        {
            ExecutionContext.Restore(context);
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
        var waited = false;
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

            waited = Probe(waited);
            nextProbe = long.MaxValue;
            quiet = waited ? 0 : quiet + 1;
            if (quiet >= QuietProbesBeforeRest)
            {
                quiet = 0;
                Rest();
            }
        }

        // The pool may be held until what was posted has run.
        if (!posted.IsEmpty)
        {
            WakeOwnThread();
        }
    }

    /// <summary>Ends the probing, unless something was posted meanwhile.</summary>
    private void Rest()
    {
        lock (watchSync)
        {
            probing = false;
            Interlocked.MemoryBarrier();
            probing = !posted.IsEmpty;
        }
    }

    /// <param name="waited">Whether items waited at the last probe.</param>
    /// <returns>Whether items wait.</returns>
    private bool Probe(bool waited)
    {
        var wait = !posted.IsEmpty;
        if (wait && waited && !tookSinceProbe)
        {
            if (!behind)
            {
                behind = true;
                ThreadPool.UnsafeQueueUserWorkItem(static dispatcher => dispatcher.behind = false, this, preferLocal: false);
            }

            AddOwnThread();
        }

        tookSinceProbe = false;
        return wait;
    }

    /// <summary>Those that run may be blocked: only one that idles is as good as a new one.</summary>
    private void AddOwnThread()
    {
        lock (ownSync)
        {
            if (idleOwnThreads > 0)
            {
                Monitor.Pulse(ownSync);
            }
            else
            {
                StartOwnThread();
            }
        }
    }

    /// <summary>Further threads are started by the one that probes.</summary>
    private void WakeOwnThread()
    {
        lock (ownSync)
        {
            if (ownThreads == 0)
            {
                StartOwnThread();
            }
            else
            {
                Monitor.Pulse(ownSync);
            }
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
            Run(item);
        }
    }

    private DispatcherItem? TakeOwn()
    {
        lock (ownSync)
        {
            var mayRest = true;
            DispatcherItem? item;
            idleOwnThreads++;
            while (!posted.TryDequeue(out item) && mayRest)
            {
                mayRest = !stopped && Monitor.Wait(ownSync, ThreadRest);
            }

            idleOwnThreads--;
            tookSinceProbe |= item is not null;
            ownThreads -= item is null ? 1 : 0;
            return item;
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
