using DurableQueue.Approvals;
using Xunit;

namespace DurableQueue.Tests.Approvals;

public sealed class ApprovalDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly ApprovalId Id = new(7);

    [Theory]
    [InlineData(ApprovalStatus.Pending, null, true)]
    [InlineData(ApprovalStatus.Pending, 1, true)]
    [InlineData(ApprovalStatus.Pending, 0, false)]
    [InlineData(ApprovalStatus.Pending, -1, false)]
    [InlineData(ApprovalStatus.Approved, null, false)]
    [InlineData(ApprovalStatus.Rejected, 1, false)]
    [InlineData(ApprovalStatus.Expired, null, false)]
    [InlineData(ApprovalStatus.Withdrawn, null, false)]
    public void IsOpen_StatusAndExpiry_IsTrueWhilePending(ApprovalStatus status, int? expiresInMs, bool expected) =>
        Assert.Equal(expected, Decision(status, expiresInMs).IsOpen(Now));

    [Fact]
    public void Require_Decided_SaysHowItStands()
    {
        var error = Assert.Throws<ApprovalStateException>(() => Decision(ApprovalStatus.Rejected, null).Require("ann", Now));

        Assert.Equal((Id, ApprovalStatus.Rejected, "Request 7 is Rejected: there is one decision per request."), (error.Id, error.Status, error.Message));
    }

    [Fact]
    public void Require_Expired_SaysWhen()
    {
        var error = Assert.Throws<ApprovalStateException>(() => Decision(ApprovalStatus.Pending, 0).Require("ann", Now));

        Assert.Equal((ApprovalStatus.Expired, "Request 7 expired at 2026-03-05T12:00:00.0000000+00:00."), (error.Status, error.Message));
    }

    [Theory]
    [InlineData(null, "ann", true)]
    [InlineData("ann,bob", "bob", true)]
    [InlineData("ann,bob", "cid", false)]
    [InlineData("ann,bob", "Ann", false)]
    [InlineData("", "ann", false)]
    public void Require_Approvers_LetsOnlyTheseDecide(string? approvers, string by, bool allowed)
    {
        var names = approvers?.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var error = Record.Exception(() => new ApprovalDecision(Id, ApprovalStatus.Pending, names, null).Require(by, Now));

        Assert.Equal(allowed ? null : typeof(ApproverNotAllowedException), error?.GetType());
    }

    private static ApprovalDecision Decision(ApprovalStatus status, int? expiresInMs) =>
        new(Id, status, Approvers: null, expiresInMs is { } ms ? Now.AddMilliseconds(ms) : null);
}
