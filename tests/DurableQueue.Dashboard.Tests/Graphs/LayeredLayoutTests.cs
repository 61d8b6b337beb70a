using DurableQueue.Dashboard.Graphs;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Graphs;

public sealed class LayeredLayoutTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Graph_AtRandom_RunsFromLeftToRightWithoutOverlap(int seed)
    {
        // CA5394: a graph, not a secret. The seed is in the name of the test.
#pragma warning disable CA5394
        var random = new Random(seed);
        var count = random.Next(1, 120);
        var edges = Enumerable.Range(0, random.Next(0, count * 2))
            .Select(_ => (From: random.Next(count), To: random.Next(count)))
#pragma warning restore CA5394
            .Where(edge => edge.From < edge.To).Distinct().ToArray();

        var layout = LayeredLayout.Of(count, edges);

        Assert.All(edges, edge => Assert.True(layout.LayerOf[edge.From] < layout.LayerOf[edge.To]));
        foreach (var layer in Enumerable.Range(0, count).GroupBy(node => layout.LayerOf[node]))
        {
            var corners = layer.Select(node => layout.Corner(node)).OrderBy(corner => corner.Y).ToArray();
            Assert.Single(corners.Select(corner => corner.X).Distinct());
            Assert.All(corners.Zip(corners.Skip(1)), pair => Assert.True(pair.Second.Y - pair.First.Y >= LayeredLayout.NodeHeight));
        }

        Assert.All(Enumerable.Range(0, count), node =>
        {
            var (x, y) = layout.Corner(node);
            Assert.InRange(x, 0, layout.Width - LayeredLayout.NodeWidth);
            Assert.InRange(y, 0, layout.Height - LayeredLayout.NodeHeight + 0.001);
        });
        for (var edge = 0; edge < edges.Length; edge++)
        {
            var line = layout.Line(edge);
            Assert.Equal(layout.Corner(edges[edge].From).X + LayeredLayout.NodeWidth, line[0].X);
            Assert.Equal(layout.Corner(edges[edge].To).X, line[^1].X);
            Assert.All(line.Zip(line.Skip(1)), pair => Assert.True(pair.First.X <= pair.Second.X));
        }
    }

    [Fact]
    public void Tree_HasNoCrossings()
    {
        // Numbered across: in the order of the numbers every edge would cross others.
        var edges = Enumerable.Range(1, 62).Select(node => (From: (node - 1) / 2, To: node)).Select(edge => (From: Scatter(edge.From), To: Scatter(edge.To))).ToArray();

        Assert.Equal(0, LayeredLayout.Of(63, edges).Crossings);

        static int Scatter(int node) => node * 25 % 63;
    }

    [Fact]
    public void LongEdge_GoesAroundTheNodesThatItPasses()
    {
        var layout = LayeredLayout.Of(3, [(0, 1), (1, 2), (0, 2)]);

        var line = layout.Line(2);

        Assert.Equal(4, line.Count);
        var (_, top) = layout.Corner(1);
        Assert.True(line[1].Y < top || line[1].Y > top + LayeredLayout.NodeHeight);
    }

    [Fact]
    public void NodeThatWaitsForNothing_StandsBeforeTheFirstThatWaitsForIt()
    {
        var layout = LayeredLayout.Of(4, [(0, 1), (1, 2), (3, 2)]);

        Assert.Equal([0, 1, 2, 1], layout.LayerOf);
    }

    [Fact]
    public void Nothing_IsEmpty()
    {
        var layout = LayeredLayout.Of(0, []);

        Assert.Equal((0, 0, 0), (layout.Width, layout.Height, layout.Crossings));
    }

    [Fact]
    public void FiveHundredNodes_WithEdgesOverAllLayers_AreDone()
    {
        var edges = Enumerable.Range(0, 499).Select(node => (node, node + 1)).Concat(Enumerable.Range(2, 498).Select(node => (0, node))).ToArray();

        var layout = LayeredLayout.Of(500, edges);

        Assert.Equal(499, layout.LayerOf[499]);
        Assert.Equal(2, layout.Line(edges.Length - 1).Count);
    }

    [Fact]
    public void CriticalPath_IsTheLongestByTime()
    {
        var path = CriticalPath.Of([1, 100, 5, 5, 1], [(0, 1), (1, 4), (0, 2), (2, 3), (3, 4)]);

        Assert.Equal([0, 1, 4], path);
        Assert.Empty(CriticalPath.Of([], []));
    }
}
