using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Processes;

public sealed class ConcurrencyTests(ITestOutputHelper output) : ProcessTest
{
    private const int TaskCount = 20_000;
    private const int ListSize = 10_000;

    [Fact]
    public async Task Drain_FourProcessesOfEightThreads_RunsEachTaskOnceWithinTheLimits()
    {
        var seed = Seed.Draw(output);
        var context = $"seed {seed}";
        List<TaskId> ids;
        List<List<int>> parents;
        await using (var queue = await OpenAsync())
        {
            await queue.Groups.EnsureAsync("one", 1);
            await queue.Groups.EnsureAsync("three", 3);
            (ids, parents) = await FillAsync(queue, new Random(seed));
        }

        var workers = Enumerable.Range(0, 4)
            .Select(number => Start("work", $"name=w{number}", "threads=8", $"seed={seed + (100 * number)}"))
            .ToList();
        foreach (var worker in workers)
        {
            await worker.WaitForLineAsync("ready");
        }

        var clock = Stopwatch.StartNew();
        workers.ForEach(worker => worker.Go());
        var exits = await Task.WhenAll(workers.Select(worker => worker.ExitAsync(TimeSpan.FromMinutes(3))));
        output.WriteLine($"{TaskCount} tasks in {clock.Elapsed.TotalSeconds:F1} s");

        var record = RunRecord.Read(workers);
        Assert.True(record.Errors.Count == 0, $"{string.Join('\n', record.Errors.Take(5))} ({context})");
        Assert.All(exits, exit => Assert.Equal(0, exit));
        Assert.All(workers, worker => Assert.Contains(worker.Lines, line => line.StartsWith("done", StringComparison.Ordinal)));
        CheckEachRanOnce(record, ids, context);
        CheckLimits(record, context);
        for (var item = 0; item < TaskCount; item++)
        {
            foreach (var parent in parents[item])
            {
                record.CheckOrder(ids[item], ids[parent], context);
            }
        }

        await using (var queue = await OpenAsync())
        {
            var tasks = await QueueInvariants.CheckAsync(queue, context);
            Assert.Equal(TaskCount, tasks.Count);
            Assert.All(tasks.Values, task => Assert.True(task is { State: TaskState.Done, Attempt: 1 }, $"task {task.Id} is {task.State}"));
        }

        QueueInvariants.CheckFile(QueuePath, context);
    }

    private static async Task<(List<TaskId> Ids, List<List<int>> Parents)> FillAsync(TaskQueue queue, Random random)
    {
        var ids = new List<TaskId>(TaskCount);
        var parents = new List<List<int>>(TaskCount);
        for (var first = 0; first < TaskCount; first += ListSize)
        {
            var list = new List<NewTask>(ListSize);
            for (var item = first; item < first + ListSize; item++)
            {
                var wanted = item > 0 && random.Next(10) < 3 ? random.Next(1, 4) : 0;
                var mine = Enumerable.Range(0, wanted).Select(_ => random.Next(Math.Max(0, item - 500), item)).Distinct().ToList();
                parents.Add(mine);
                list.Add(new NewTask("work")
                {
                    Group = random.Next(10) switch { 0 => "one", < 3 => "three", _ => "free" },
                    Priority = random.Next(-2, 3),
                    After = [.. mine.Select(parent => parent < first ? ids[parent] : TaskDependency.OnItem(parent - first))],
                });
            }

            ids.AddRange(await queue.EnqueueAsync(list));
        }

        return (ids, parents);
    }

    private static void CheckEachRanOnce(RunRecord record, List<TaskId> ids, string context)
    {
        var twice = record.Attempts.CountBy(attempt => attempt.Id).Where(pair => pair.Value > 1).Select(pair => pair.Key).ToList();
        Assert.True(twice.Count == 0, $"tasks {string.Join(", ", twice.Take(10))} ran more than once ({context})");
        Assert.True(record.Attempts.Select(attempt => attempt.Id).ToHashSet().SetEquals(ids), $"not every task ran ({context})");
        Assert.True(record.Done.Count == ids.Count, $"{record.Done.Count} of {ids.Count} completes were acknowledged ({context})");
    }

    private void CheckLimits(RunRecord record, string context)
    {
        var (one, three, free) = (record.MostAtOnce("one"), record.MostAtOnce("three"), record.MostAtOnce("free"));
        output.WriteLine($"at once: group one {one}, three {three}, free {free}");
        Assert.True(one == 1, $"{one} tasks of the group limited to 1 ran at once ({context})");

        // If nothing was ever seen to overlap, the record could not show a broken limit either.
        Assert.True(three is 2 or 3, $"{three} tasks of the group limited to 3 ran at once ({context})");
    }
}
