using System.Collections.Concurrent;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>
/// Threads that enqueue one key, threads that check its tasks out and end them in every way, and threads that cancel them. Each call notes when it began and
/// ended, by a counter that all threads share; what was answered is judged by that order alone, so no speed matters.
/// </summary>
/// <param name="queues">The queues of the threads, in turn.</param>
/// <param name="task">What is enqueued.</param>
internal sealed class DedupRace(IReadOnlyList<ITaskQueue> queues, NewTask task)
{
    private const int Threads = 3;
    private const int EnqueuesOfThread = 150;

    private readonly int seed = Random.Shared.Next();
    private readonly ConcurrentBag<(long Began, long Ended, EnqueueResult Result)> enqueues = [];
    private readonly ConcurrentBag<(long Began, long Ended, TaskId Id)> starts = [];
    private readonly ConcurrentBag<(long Ended, TaskId Id)> cancels = [];
    private long clock;
    private long latest;
    private long before;
    private volatile bool over;

    public async Task RunAsync(bool cancels)
    {
        var enqueuing = Start(Enqueue);
        var others = Start(Work);
        if (cancels)
        {
            others.AddRange(Start(Cancel));
        }

        await Task.WhenAll(enqueuing).WaitAsync(TimeSpan.FromMinutes(2));
        over = true;
        await Task.WhenAll(others).WaitAsync(TimeSpan.FromMinutes(2));
        while (Take(queues[0]) is { } left)
        {
            await queues[0].CompleteAsync(left.Lease);
        }
    }

    /// <summary>The task of an answer is checked out after the enqueue began: what it asked for is still to be done.</summary>
    public void AssertNoAnswerNamesStartedWork()
    {
        var lastStarts = starts.GroupBy(start => start.Id).ToDictionary(group => group.Key, group => group.Max(start => start.Ended));
        Assert.All(enqueues, enqueue => Assert.True(lastStarts.GetValueOrDefault(enqueue.Result.Id) > enqueue.Began, Say(enqueue.Result)));
    }

    public void AssertNoAnswerNamesCancelledWork()
    {
        var firstCancels = cancels.GroupBy(cancel => cancel.Id).ToDictionary(group => group.Key, group => group.Min(cancel => cancel.Ended));
        Assert.All(enqueues, enqueue => Assert.True(firstCancels.GetValueOrDefault(enqueue.Result.Id, long.MaxValue) > enqueue.Began, Say(enqueue.Result)));
    }

    /// <summary>A second task is made only if the first was checked out before the answer.</summary>
    public void AssertNoSecondTaskWhileTheFirstIsQueued()
    {
        var firstStarts = starts.GroupBy(start => start.Id).ToDictionary(group => group.Key, group => group.Min(start => start.Began));
        var made = enqueues.Where(enqueue => enqueue.Result.Created).OrderBy(enqueue => enqueue.Ended).ToList();

        // Of calls that overlap, either may have been the first, whatever their ids and whichever was answered first.
        Assert.All(made.Zip(made.Skip(1)), pair => Assert.True(
            firstStarts[pair.First.Result.Id] < pair.Second.Ended || firstStarts[pair.Second.Result.Id] < pair.First.Ended, Say(pair.Second.Result)));
    }

    /// <summary>Or the race was none.</summary>
    public void AssertBothAnswersWereGiven()
    {
        Assert.Contains(enqueues, enqueue => enqueue.Result.Created);
        Assert.Contains(enqueues, enqueue => !enqueue.Result.Created);
    }

    private void Enqueue(ITaskQueue queue, Random random)
    {
        for (var number = 0; number < EnqueuesOfThread; number++)
        {
            var began = Interlocked.Increment(ref clock);
            var result = Run(queue.EnqueueOrGetAsync(task));
            enqueues.Add((began, Interlocked.Increment(ref clock), result));
            var last = Interlocked.Exchange(ref latest, result.Id.Value);
            if (last != result.Id.Value)
            {
                Interlocked.Exchange(ref before, last);
            }
        }
    }

    private void Work(ITaskQueue queue, Random random)
    {
        while (!over)
        {
            if (Take(queue) is not { } taken)
            {
                continue;
            }

            _ = random.Next(4) switch
            {
                0 => Run(queue.ReleaseAsync(taken.Lease)),
                1 => Run(queue.FailAsync(taken.Lease, new TaskFailure("again"))),
                _ => Run(queue.CompleteAsync(taken.Lease)),
            };
        }
    }

    private void Cancel(ITaskQueue queue, Random random)
    {
        while (!over)
        {
            var id = new TaskId(random.Next(2) == 0 ? Interlocked.Read(ref latest) : Interlocked.Read(ref before));
            if (id.Value > 0 && Run(queue.Control.CancelAsync(id)) is CancelResult.Cancelled or CancelResult.Requested)
            {
                cancels.Add((Interlocked.Increment(ref clock), id));
            }
        }
    }

    private LeasedTask? Take(ITaskQueue queue)
    {
        var began = Interlocked.Increment(ref clock);
        var taken = Run(queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }));
        if (taken is not null)
        {
            starts.Add((began, Interlocked.Increment(ref clock), taken.Id));
        }

        return taken;
    }

    /// <summary>Threads of their own, which block: no pool decides how they interleave.</summary>
    private List<Task> Start(Action<ITaskQueue, Random> loop) => [.. Enumerable.Range(0, Threads).Select(number => Task.Factory.StartNew(
        () => loop(queues[number % queues.Count], new Random(seed + number)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];

    private static T Run<T>(ValueTask<T> call) => call.AsTask().GetAwaiter().GetResult();

    private string Say(EnqueueResult result) => $"Seed {seed}: an enqueue was answered with task {result.Id} (created: {result.Created}).";
}
