using DurableQueue.Approvals;
using Xunit;

namespace DurableQueue.Tests.Approvals;

public sealed class ApprovalRecheckTests
{
    private static readonly ApprovalTerms Ann = new() { Approvers = ["ann"] };

    [Theory]

    // how the task stands, its latest request and the gates of it, whether the task asks itself, the gates now, whether it changed: state, the gates asked now
    [InlineData("None", "", "", false, "", false, "None", null)]
    [InlineData("None", "", "", false, "", true, "None", null)]
    [InlineData("None", "", "", false, "g", false, "Pending", "g")]

    // An approval stays good for the gates that asked for it.
    [InlineData("Approved", "Approved", "g", false, "g", false, "Approved", null)]
    [InlineData("Approved", "Approved", "g,h", false, "g", false, "Approved", null)]
    [InlineData("Approved", "Approved", "g", false, "", false, "Approved", null)]
    [InlineData("Approved", "Approved", "", true, "", false, "Approved", null)]
    [InlineData("Approved", "Approved", "g", false, "g,h", false, "Pending", "g,h")]
    [InlineData("Approved", "Approved", "", true, "g", false, "Pending", "g")]

    // What was approved has changed.
    [InlineData("Approved", "Approved", "g", false, "g", true, "Pending", "g")]
    [InlineData("Approved", "Approved", "g", false, "", true, "Pending", "")]
    [InlineData("Approved", "Approved", "", true, "", true, "Pending", "")]

    // A pending request stays if it covers the gates; what it asks to approve may change.
    [InlineData("Pending", "Pending", "g", false, "g", false, "Pending", null)]
    [InlineData("Pending", "Pending", "g", false, "g", true, "Pending", null)]
    [InlineData("Pending", "Pending", "g", false, "", false, "Pending", null)]
    [InlineData("Pending", "Pending", "g", false, "h", false, "Pending", "h")]
    [InlineData("Pending", "Withdrawn", "g", false, "g", false, "Pending", "g")]

    // A rejected task needs another approval when it comes back.
    [InlineData("Rejected", "Rejected", "g", false, "g", false, "Pending", "g")]
    [InlineData("Rejected", "Expired", "g", false, "", false, "Pending", "")]
    [InlineData("Rejected", "Rejected", "", true, "", false, "Pending", "")]

    // The record was lost.
    [InlineData("Pending", "", "", false, "", false, "Pending", "")]
    [InlineData("Approved", "", "", false, "g", false, "Pending", "g")]
    public void Of_StandingRequestAndGates_KeepsItOrAsksAgain(
        string state, string status, string before, bool own, string now, bool isChanged, string expected, string? asked)
    {
        var gates = Names(now).Select(name => new ApprovalGate(name)).ToList();
        (ApprovalDemand, ApprovalStatus)? last = status.Length == 0
            ? null
            : (new ApprovalDemand(Names(before), new ApprovalTerms(), own ? Ann : null), Enum.Parse<ApprovalStatus>(status));

        var recheck = ApprovalRecheck.Of(Enum.Parse<ApprovalState>(state), last, gates, isChanged);

        Assert.Equal(expected, recheck.State.ToString());
        Assert.Equal(asked is null ? null : Names(asked), recheck.Ask?.Gates);
        Assert.Equal(asked is not null && own ? Ann : null, recheck.Ask?.Own);
    }

    [Fact]
    public void Of_AnotherGate_AsksForWhatTheTaskAndTheGatesAskTogether()
    {
        var last = (new ApprovalDemand([], Ann, Ann), ApprovalStatus.Pending);

        var recheck = ApprovalRecheck.Of(
            ApprovalState.Pending, last, [new ApprovalGate("g") { Approvers = ["bob", "ann"], ExpiresAfter = TimeSpan.FromHours(1) }], isChanged: false);

        Assert.Equal(["ann"], recheck.Ask?.Terms.Approvers);
        Assert.Equal(TimeSpan.FromHours(1), recheck.Ask?.Terms.ExpiresAfter);
    }

    [Fact]
    public void Of_GatesAreGone_AsksForWhatTheyAskedFor()
    {
        var last = (new ApprovalDemand(["g"], Ann, Own: null), ApprovalStatus.Rejected);

        Assert.Equal(Ann, ApprovalRecheck.Of(ApprovalState.Rejected, last, [], isChanged: false).Ask?.Terms);
    }

    [Fact]
    public void Of_GatesAreGoneButTheTaskAsksItself_AsksForItsOwnAlone()
    {
        var last = (new ApprovalDemand(["g"], new ApprovalTerms { Approvers = [] }, Ann), ApprovalStatus.Rejected);

        Assert.Equal(Ann, ApprovalRecheck.Of(ApprovalState.Rejected, last, [], isChanged: false).Ask?.Terms);
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
