using DurableQueue.Conformance;
using DurableQueue.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class WriterTurnTests
{
    private readonly ManualTimeProvider clock = new();
    private readonly WriterTurn turn;

    public WriterTurnTests() => turn = new WriterTurn(clock);

    [Fact]
    public void BeginBatch_EachOfATurn_HasItsOwnTime()
    {
        turn.BeginBatch();
        clock.Advance(WriterTurn.LongestBatch);
        Assert.True(turn.IsBatchOver());

        turn.BeginBatch();
        Assert.False(turn.IsBatchOver());
    }

    [Fact]
    public void MayContinue_TimeOfTheTurnIsOver_NoBatchFollows()
    {
        turn.BeginBatch();
        clock.Advance(WriterTurn.Length - TimeSpan.FromMilliseconds(1));
        Assert.True(turn.MayContinue);
        turn.BeginBatch();

        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.False(turn.MayContinue);
    }

    [Fact]
    public void Reset_TheNextBatchBeginsANewTurn()
    {
        turn.BeginBatch();
        clock.Advance(WriterTurn.Length);
        turn.Reset();
        Assert.False(turn.MayContinue);

        turn.BeginBatch();

        Assert.True(turn.MayContinue);
    }
}
