using DurableQueue.Queueing;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Queueing;

public sealed class HealthReadingTests
{
    private const long StaleBefore = 1_000;

    private static readonly ReadyLane Mail = new("mail", "default");
    private static readonly ReadyLane Report = new("report", "nightly");

    [Fact]
    public void Judge_NobodyIsThere_NamesEveryReadyType()
    {
        var health = Judge([], [Mail, Report]);

        Assert.Equal((0, 0), (health.LiveWorkers, health.StaleWorkers));
        Assert.Equal(["mail", "report"], health.UnservedTypes);
        Assert.Empty(health.UnservedGroups);
    }

    [Theory]
    [InlineData(1_000, "mail,report", 0, 1)]
    [InlineData(1_001, "", 1, 0)]
    public void Judge_WorkerThatTakesAll_CountsWhileItWasSeenLately(long seenAt, string unserved, int live, int stale)
    {
        var health = Judge([new SeenWorker(seenAt, null, null)], [Mail, Report]);

        Assert.Equal((live, stale), (health.LiveWorkers, health.StaleWorkers));
        Assert.Equal(unserved, string.Join(',', health.UnservedTypes));
    }

    [Theory]
    [InlineData("mail", null, "report", "")]
    [InlineData("mail,report", "default", "", "nightly")]
    [InlineData(null, "nightly", "", "default")]
    [InlineData("report", "default", "mail", "nightly")]
    public void Judge_WorkerThatTakesSome_NamesTypesThatNobodyTakesAndGroupsThatNobodyServes(
        string? types, string? groups, string unservedTypes, string unservedGroups)
    {
        var health = Judge([new SeenWorker(2_000, types?.Split(','), groups?.Split(','))], [Mail, Report]);

        Assert.Equal(unservedTypes, string.Join(',', health.UnservedTypes));
        Assert.Equal(unservedGroups, string.Join(',', health.UnservedGroups));
    }

    [Fact]
    public void Judge_SeveralGroups_SumsWhatIsReadyAndTakesTheOldest()
    {
        var reading = new HealthReading(
            [new GroupDepth("a", 2, 0, 0, TimeSpan.FromSeconds(5)), new GroupDepth("b", 3, 1, 1, null), new GroupDepth("c", 1, 0, 0, TimeSpan.FromSeconds(4))],
            [],
            [],
            ["group.running"]);

        var health = reading.Judge(StaleBefore);

        Assert.Equal((6L, TimeSpan.FromSeconds(5)), (health.Ready, health.OldestReadyAge));
        Assert.Equal(["group.running"], health.Inconsistencies);
    }

    [Fact]
    public void Judge_NoGroups_HasNoOldest() => Assert.Null(Judge([], []).OldestReadyAge);

    [Fact]
    public void Judge_SeveralGroupsThatNobodyServes_AreInTheOrderOfTheirNames()
    {
        var health = Judge([new SeenWorker(2_000, null, ["default"])], [new("mail", "late"), new("mail", "early"), new("report", "late")]);

        Assert.Equal(["early", "late"], health.UnservedGroups);
    }

    private static StoreHealth Judge(SeenWorker[] workers, ReadyLane[] ready) => new HealthReading([], workers, ready, []).Judge(StaleBefore);
}
