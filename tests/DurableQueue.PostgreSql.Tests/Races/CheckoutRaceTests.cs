using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace DurableQueue.PostgreSql.Tests.Races;

/// <summary>Eight checkers on four queues: limits and order against a model.</summary>
public sealed class CheckoutRaceTests
{
    private const int Checkers = 8;

    /// <summary>After this long without a task, what is left was lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly IReadOnlyDictionary<string, int> Limits = new Dictionary<string, int> { ["one"] = 1, ["two"] = 2, ["five"] = 5, ["free"] = 0 };

    [Fact]
    public async Task Checkout_EightCheckers_NeverPassALimitAndGiveEachTaskOnce()
    {
        await using var race = await RaceQueues.OpenAsync(4);

        Assert.Empty(await FindViolationsAsync(race, Random.Shared.Next()));
    }

    [Fact]
    public async Task Checkout_EightCheckersWithoutTheLockOfTheQueue_PassLimits()
    {
        await using var race = await RaceQueues.OpenAsync(4);
        await race.RunAsync("CREATE OR REPLACE FUNCTION durable_queue.enter() RETURNS void LANGUAGE sql AS 'SELECT'");

        Assert.NotEmpty(await FindViolationsAsync(race, Random.Shared.Next()));
    }

    [Fact]
    public async Task Checkout_EightCheckers_ATaskThatIsTakenLaterIsNotBetter()
    {
        await using var race = await RaceQueues.OpenAsync(4);
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        string[] groups = [.. Enumerable.Range(0, 40).Select(number => $"g{number}")];
        await race.Queues[0].EnqueueAsync([.. Enumerable.Range(0, 1_500).Select(_ =>
            new NewTask($"t{random.Next(2)}") { Group = groups[random.Next(groups.Length)], Priority = random.Next(3) })]);
        var calls = new ConcurrentBag<(long Began, long Ended, IReadOnlyList<LeasedTask> Tasks)>();
        var clock = 0L;

        await RaceQueues.RunThreadsAsync(Checkers, number =>
        {
            var most = 1 + (number * 5);
            IReadOnlyList<LeasedTask> tasks;
            do
            {
                var began = Interlocked.Increment(ref clock);
                tasks = RaceQueues.Run(race.Queues[number % 4].CheckoutAsync(new CheckoutRequest { Worker = $"w{number}" }, most));
                calls.Add((began, Interlocked.Increment(ref clock), tasks));
            }
            while (tasks.Count > 0);
        });

        Assert.Equal(1_500, calls.SelectMany(call => call.Tasks).Select(task => task.Id).Distinct().Count());
        Assert.All(calls, call => Assert.Equal(call.Tasks.OrderByDescending(task => task.Priority).ThenBy(task => task.Id), call.Tasks));
        var taking = calls.Where(call => call.Tasks.Count > 0).ToList();
        var wrong =
            from earlier in taking
            from later in taking
            where earlier.Ended < later.Began && IsBetter(later.Tasks[0], earlier.Tasks[^1])
            select $"seed {seed}: {later.Tasks[0].Id} was taken after {earlier.Tasks[^1].Id}";
        Assert.Empty(wrong);
    }

    private static bool IsBetter(LeasedTask task, LeasedTask other) =>
        task.Priority != other.Priority ? task.Priority > other.Priority : task.Id < other.Id;

    /// <summary>Enqueues, takes and ends tasks in every way, and says what must not have been.</summary>
    private static async Task<IReadOnlyList<string>> FindViolationsAsync(RaceQueues race, int seed)
    {
        const int Count = 300;
        foreach (var (group, limit) in Limits)
        {
            await race.Queues[0].Groups.EnsureAsync(group, limit);
        }

        var (violations, left, progressed) = (new ConcurrentQueue<string>(), Count, Stopwatch.GetTimestamp());
        var running = Limits.Keys.ToDictionary(group => group, _ => new StrongCount());
        var held = new ConcurrentDictionary<TaskId, bool>();
        await RaceQueues.RunThreadsAsync(Checkers + 1, number =>
        {
            var random = new Random(seed + number);
            if (number == Checkers)
            {
                for (var enqueued = 0; enqueued < Count; enqueued += 20)
                {
                    NewTask[] list = [.. Enumerable.Range(0, 20).Select(_ => new NewTask($"t{random.Next(3)}")
                    {
                        Group = Limits.Keys.ElementAt(random.Next(Limits.Count)), Priority = random.Next(3), MaxAttempts = 100, Retry = RetryPolicy.Immediate,
                    })];
                    RaceQueues.Run(race.Queues[0].EnqueueAsync(list));
                }

                return;
            }

            var queue = race.Queues[number % 4];
            while (Volatile.Read(ref left) > 0 && violations.IsEmpty)
            {
                if (Stopwatch.GetElapsedTime(Interlocked.Read(ref progressed)) > Patience)
                {
                    violations.Enqueue($"seed {seed}: {left} tasks are never offered");
                }

                try
                {
                    foreach (var task in RaceQueues.Run(queue.CheckoutAsync(new CheckoutRequest { Worker = $"w{number}" }, 1 + random.Next(6))))
                    {
                        Interlocked.Exchange(ref progressed, Stopwatch.GetTimestamp());
                        if (!held.TryAdd(task.Id, true))
                        {
                            violations.Enqueue($"seed {seed}: task {task.Id} was given twice");
                        }

                        // What this test knows to run is a part of what runs: it is counted after the checkout and until the call that ends it.
                        var now = Interlocked.Increment(ref running[task.Group].Value);
                        if (Limits[task.Group] is var limit and > 0 && now > limit)
                        {
                            violations.Enqueue($"seed {seed}: {now} tasks of '{task.Group}' run");
                        }

                        Thread.Yield();
                        Interlocked.Decrement(ref running[task.Group].Value);
                        held.TryRemove(task.Id, out _);
                        var ended = random.Next(5) switch
                        {
                            0 => RaceQueues.Run(queue.ReleaseAsync(task.Lease)),
                            1 => RaceQueues.Run(queue.FailAsync(task.Lease, new TaskFailure("again"))),
                            _ => RaceQueues.Run(queue.CompleteAsync(task.Lease)) && Interlocked.Decrement(ref left) >= 0,
                        };
                        if (!ended)
                        {
                            violations.Enqueue($"seed {seed}: the lease of task {task.Id} was lost");
                        }
                    }
                }
                catch (QueueStorageException e)
                {
                    violations.Enqueue($"seed {seed}: {e.Message}");
                }
            }
        });
        foreach (var finding in (await race.Queues[0].Inspector.VerifyAsync()).Findings)
        {
            violations.Enqueue($"seed {seed}: {finding}");
        }

        return [.. violations];
    }

    private sealed class StrongCount
    {
        public int Value;
    }
}
