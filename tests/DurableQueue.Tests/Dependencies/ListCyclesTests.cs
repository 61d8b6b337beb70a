using DurableQueue.Dependencies;
using Xunit;

namespace DurableQueue.Tests.Dependencies;

public sealed class ListCyclesTests
{
    private const int ChainLength = 100_000;

    [Fact]
    public void Find_EmptyList_FindsNone() => Assert.Null(ListCycles.Find([]));

    [Fact]
    public void Find_NoDependencies_FindsNone() => Assert.Null(ListCycles.Find([[], [], []]));

    [Fact]
    public void Find_Diamond_FindsNone() => Assert.Null(ListCycles.Find([[], [0], [0], [1, 2]]));

    [Fact]
    public void Find_DiamondWrittenBackwards_FindsNone() => Assert.Null(ListCycles.Find([[1, 2], [3], [3], []]));

    [Fact]
    public void Find_SameItemTwice_FindsNone() => Assert.Null(ListCycles.Find([[], [0, 0]]));

    [Fact]
    public void Find_ItemThatWaitsForItself_NamesIt() => Assert.Equal([1], ListCycles.Find([[], [1]]));

    [Fact]
    public void Find_TwoThatWaitForEachOther_NamesBoth() => Assert.Equal([0, 1], ListCycles.Find([[1], [0]]));

    [Fact]
    public void Find_CycleBehindAWayIntoIt_NamesTheCycleOnlyInItsOrder() =>
        Assert.Equal([2, 4, 3], ListCycles.Find([[1], [2], [4], [2], [3]]));

    [Fact]
    public void Find_CycleInASecondPart_IsFound() => Assert.Equal([3, 4], ListCycles.Find([[], [0], [1], [4], [3]]));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Find_LongChain_FindsNoneAndDoesNotOverflow(bool forwards) => Assert.Null(ListCycles.Find(Chain(forwards)));

    [Fact]
    public void Find_LongRing_NamesAllOfIt()
    {
        var ring = Chain(forwards: true);
        ring[^1] = [0];
        Assert.Equal(Enumerable.Range(0, ChainLength), ListCycles.Find(ring));
    }

    [Fact]
    public void Find_ManyWaysToTheSameItems_LooksAtEachOnce()
    {
        // Sixty layers of two, each waiting for both of the layer before: 2^60 ways through.
        var layers = Enumerable.Range(0, 120).Select(IReadOnlyList<int> (i) => i < 2 ? [] : [((i / 2) - 1) * 2, (((i / 2) - 1) * 2) + 1]).ToList();
        Assert.Null(ListCycles.Find(layers));
    }

    private static IReadOnlyList<int>[] Chain(bool forwards) =>
        [.. Enumerable.Range(0, ChainLength).Select(IReadOnlyList<int> (i) => forwards ? (i + 1 < ChainLength ? [i + 1] : []) : (i > 0 ? [i - 1] : []))];
}
