using System.Collections.Concurrent;
using Xunit;

namespace DurableQueue.PostgreSql.Tests.Races;

/// <summary>Lists with the same keys in different orders, from many processes.</summary>
public sealed class KeyRaceTests
{
    [Fact]
    public async Task Enqueue_ListsWithTheSameKeysInAnyOrder_MakeOneTaskForEachKeyAndNeverFail()
    {
        const int Keys = 20;
        await using var race = await RaceQueues.OpenAsync(4);
        var seed = Random.Shared.Next();
        var answers = new ConcurrentBag<(string Key, TaskId Id)>();

        await RaceQueues.RunThreadsAsync(12, number =>
        {
            var random = new Random(seed + number);
            for (var round = 0; round < 15; round++)
            {
                string[] keys = [.. Enumerable.Range(0, Keys).Select(key => $"r{round}k{key}")];
                random.Shuffle(keys);
                var ids = RaceQueues.Run(race.Queues[number % 4].EnqueueAsync([.. keys.Select(key => new NewTask("a") { DedupKey = key, Group = $"g{random.Next(50)}" })]));
                foreach (var (key, id) in keys.Zip(ids))
                {
                    answers.Add((key, id));
                }
            }
        });

        Assert.All(answers.GroupBy(answer => answer.Key), key => Assert.True(key.Select(answer => answer.Id).Distinct().Count() == 1, $"seed {seed}: {key.Key}"));
        Assert.Equal(Keys * 15, (await race.Queues[0].Inspector.CountAsync()).Total.Queued);
        Assert.True((await race.Queues[0].Inspector.VerifyAsync()).IsSound);
    }
}
