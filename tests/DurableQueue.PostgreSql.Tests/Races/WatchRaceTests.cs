using Xunit;

namespace DurableQueue.PostgreSql.Tests.Races;

/// <summary>Finish numbers rise in the order of commits: who reads by number misses nothing.</summary>
public sealed class WatchRaceTests
{
    private const int Finishers = 8;
    private const int Each = 30;

    private const string Given = "UPDATE durable_queue.finish_state SET sequence = sequence + cardinality(v_ids) WHERE id = 1 RETURNING sequence - cardinality(v_ids) INTO v_first;";

    /// <summary>A commit that takes its time, as on a disk.</summary>
    private const string Pause = " PERFORM pg_sleep(random() * 0.006);";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Watch_FinishesFromManyProcesses_SeesEachOnceInTheOrderOfNumbers()
    {
        await using var race = await RaceQueues.OpenAsync(Finishers);
        await race.ChangeFunctionAsync("complete", Given, $"{Given.Replace("durable_queue.", $"{race.Schema}.", StringComparison.Ordinal)}{Pause}");

        var seen = await WatchAsync(race, Patience);

        Assert.Equal(Finishers * Each, seen.Count);
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public async Task Watch_NumbersFromAPlainSequence_MissesFinishes()
    {
        await using var race = await RaceQueues.OpenAsync(Finishers);
        await race.RunAsync("CREATE SEQUENCE durable_queue.plain");
        await race.ChangeFunctionAsync("complete", Given, $"v_first := nextval('{race.Schema}.plain') - 1;{Pause}");

        var seen = await WatchAsync(race, TimeSpan.FromSeconds(2));

        Assert.InRange(seen.Count, 1, (Finishers * Each) - 1);
    }

    /// <returns>The numbers that a watch yields until it has seen all finishes, or nothing more after the last for a while.</returns>
    private static async Task<List<long>> WatchAsync(RaceQueues race, TimeSpan quiet)
    {
        await race.Queues[0].EnqueueAsync([.. Enumerable.Repeat(new NewTask("a"), Finishers * Each)]);
        var tasks = await race.Queues[0].CheckoutAsync(new CheckoutRequest { Worker = "w" }, Finishers * Each);
        await using var watcher = await race.OpenOneAsync();
        using var over = new CancellationTokenSource();
        var seen = new List<long>();
        var watching = Task.Run(async () =>
        {
            try
            {
                await foreach (var finish in watcher.Inspector.WatchAsync(0, over.Token))
                {
                    seen.Add(finish.Sequence);
                    if (seen.Count == Finishers * Each)
                    {
                        return;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // Nothing more came.
            }
        });
        await RaceQueues.RunThreadsAsync(Finishers, number =>
        {
            foreach (var task in tasks.Skip(number * Each).Take(Each))
            {
                Assert.True(RaceQueues.Run(race.Queues[number].CompleteAsync(task.Lease)));
            }
        });
        over.CancelAfter(quiet);
        await watching;
        return seen;
    }
}
