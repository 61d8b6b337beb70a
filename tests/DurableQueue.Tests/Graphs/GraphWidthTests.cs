using System.Diagnostics;
using System.Numerics;
using DurableQueue.Graphs;
using DurableQueue.Tests.Processes;
using Xunit;
using Xunit.Abstractions;

namespace DurableQueue.Tests.Graphs;

public sealed class GraphWidthTests(ITestOutputHelper output)
{
    [Fact]
    public void Of_RandomGraphs_IsWhatTryingEverySetGives()
    {
        var random = new Random(Seed.Draw(output));
        for (var round = 0; round < 2_000; round++)
        {
            var after = RandomGraph(random, random.Next(1, 13), random.NextDouble());
            int[] order = [.. Enumerable.Range(0, after.Count)];
            int[] members = [.. order.Where(_ => random.Next(4) > 0)];

            var width = new GraphWidth(after, order);

            Assert.Equal(ByTryingAll(after, order), width.Of(order));
            Assert.Equal(ByTryingAll(after, members), width.Of(members));
        }
    }

    [Theory]
    [InlineData("random", 10_000)]
    [InlineData("layers", 10_000)]
    [InlineData("fans", 10_000)]
    public void Of_LargestGraph_TakesSeconds(string shape, int tasks)
    {
        var random = new Random(7);
        List<IReadOnlyList<int>> after = [.. Enumerable.Range(0, tasks).Select(IReadOnlyList<int> (task) => shape switch
        {
            "random" => [.. Enumerable.Range(0, Math.Min(task, 3)).Select(_ => random.Next(task)).Distinct()],
            "layers" => task < 100 ? [] : [.. Enumerable.Range(0, 5).Select(_ => (task / 100 * 100) - 1 - random.Next(100)).Distinct()],
            _ => task % 100 == 0 ? [] : [task / 100 * 100],
        })];
        var clock = Stopwatch.StartNew();

        var width = new GraphWidth(after, [.. Enumerable.Range(0, tasks)]).Of([.. Enumerable.Range(0, tasks)]);

        output.WriteLine($"{shape}: {width} in {clock.ElapsedMilliseconds} ms");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"It took {clock.Elapsed}.");
        if (shape == "fans")
        {
            Assert.Equal(9_900, width);
        }
    }

    private static List<IReadOnlyList<int>> RandomGraph(Random random, int tasks, double density) =>
        [.. Enumerable.Range(0, tasks).Select(IReadOnlyList<int> (task) => [.. Enumerable.Range(0, task).Where(_ => random.NextDouble() < density * density)])];

    private static int ByTryingAll(List<IReadOnlyList<int>> after, IReadOnlyList<int> members)
    {
        // Each task with all that it waits for, also through others, as bits.
        var awaited = new int[after.Count];
        for (var task = 0; task < after.Count; task++)
        {
            foreach (var parent in after[task])
            {
                awaited[task] |= awaited[parent] | (1 << parent);
            }
        }

        var allowed = members.Aggregate(0, (set, task) => set | (1 << task));
        var best = 0;
        for (var set = 0; set < 1 << after.Count; set++)
        {
            if ((set & ~allowed) == 0 && BitOperations.PopCount((uint)set) > best && members.All(task => (set & (1 << task)) == 0 || (awaited[task] & set) == 0))
            {
                best = BitOperations.PopCount((uint)set);
            }
        }

        return best;
    }
}
