using DurableQueue.Groups;
using Xunit;

namespace DurableQueue.Tests.Groups;

public sealed class LaneRankingTests
{
    [Theory]
    [InlineData(Urgency.Urgent, 9, 9, Urgency.None, 1, 1, true)]
    [InlineData(Urgency.Forced, 9, 9, Urgency.Urgent, 1, 1, true)]
    [InlineData(Urgency.None, 1, 1, Urgency.Urgent, 9, 9, false)]
    [InlineData(Urgency.None, -5, 9, Urgency.None, 0, 1, true)]
    [InlineData(Urgency.None, 0, 1, Urgency.None, -5, 9, false)]
    [InlineData(Urgency.None, 0, 1, Urgency.None, 0, 2, true)]
    [InlineData(Urgency.None, 0, 2, Urgency.None, 0, 1, false)]
    [InlineData(Urgency.None, 0, 1, Urgency.None, 0, 1, false)]
    [InlineData(Urgency.None, long.MinValue, 1, Urgency.None, long.MaxValue, 1, true)]
    public void IsBefore_TwoPlaces_ComparesUrgencyThenRankThenPosition(
        object urgency, long rank, long position, object otherUrgency, long otherRank, long otherPosition, bool expected) =>
        Assert.Equal(expected, new LaneRank((Urgency)urgency, rank, position).IsBefore(new LaneRank((Urgency)otherUrgency, otherRank, otherPosition)));

    [Fact]
    public void Add_Nothing_HasNoBest()
    {
        var ranking = default(LaneRanking);

        Assert.Null(ranking.Best);
        Assert.Null(ranking.Second);
    }

    [Fact]
    public void Add_LanesInAnyOrder_KeepsTheTwoBest()
    {
        RankedLane[] lanes = [Lane(1, position: 10), Lane(2, position: 20), Lane(3, position: 30)];
        int[][] orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        foreach (var order in orders)
        {
            var ranking = Rank([.. order.Select(index => lanes[index])]);

            Assert.Equal(1, ranking.Best!.Value.Id);
            Assert.Equal(2, ranking.Second!.Value.Id);
        }
    }

    [Fact]
    public void Add_SameLaneTwice_IsNotSecondToItself() => Assert.Null(Rank(Lane(1, position: 10), Lane(1, position: 10)).Second);

    [Fact]
    public void Through_OneLane_HasNoBound() => Assert.Equal((long.MaxValue, long.MaxValue), Rank(Lane(1, position: 10)).Through);

    [Fact]
    public void Through_SecondOfSameUrgency_EndsBeforeItsHead() =>
        Assert.Equal((-3, 20), Rank(Lane(1, position: 10, rank: -3), Lane(2, position: 20, rank: -3)).Through);

    [Fact]
    public void Through_SecondIsLessUrgent_HasNoBound() =>
        Assert.Equal((long.MaxValue, long.MaxValue), Rank(Lane(1, position: 90, urgency: Urgency.Urgent), Lane(2, position: 20)).Through);

    [Theory]
    [InlineData(7, Urgency.None, null, null, true)]
    [InlineData(7, Urgency.None, 7L, null, true)]
    [InlineData(7, Urgency.None, 8L, null, false)]
    [InlineData(7, Urgency.None, null, 7L, false)]
    [InlineData(7, Urgency.Urgent, null, 7L, false)]
    [InlineData(7, Urgency.Forced, null, 7L, true)]
    [InlineData(7, Urgency.Forced, 8L, 7L, false)]
    public void IsWanted_TypeAndUrgency_GoesByTheWorkersTypesAndClosedOnes(long type, object urgency, long? asked, long? closed, bool expected) =>
        Assert.Equal(expected, LaneRanking.IsWanted(type, (Urgency)urgency, asked is { } one ? [one] : null, closed is { } other ? [other] : []));

    private static RankedLane Lane(long id, long position, long rank = 0, Urgency urgency = Urgency.None) => new(id, new LaneRank(urgency, rank, position));

    private static LaneRanking Rank(params RankedLane[] lanes)
    {
        var ranking = default(LaneRanking);
        foreach (var lane in lanes)
        {
            ranking.Add(lane);
        }

        return ranking;
    }
}
