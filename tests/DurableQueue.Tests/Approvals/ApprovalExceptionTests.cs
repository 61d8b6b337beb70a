using Xunit;

namespace DurableQueue.Tests.Approvals;

/// <summary>What programs and people read when an approval fails.</summary>
public sealed class ApprovalExceptionTests
{
    private static readonly ApprovalId Id = new(7);

    [Fact]
    public void NotFound_Id_NamesTheRequest()
    {
        var error = new ApprovalNotFoundException(Id);

        Assert.Equal((Id, "Approval request 7 does not exist."), (error.Id, error.Message));
    }

    [Theory]
    [InlineData("ann", "'eve' may not decide on approval request 7. The approvers are ann.")]
    [InlineData("ann,bob", "'eve' may not decide on approval request 7. The approvers are ann, bob.")]
    [InlineData("", "'eve' may not decide on approval request 7: the gates that require it have no approver in common. Cancel the task, or change the gates.")]
    public void NotAllowed_Approvers_SaysWhoMayDecide(string approvers, string message)
    {
        var names = approvers.Split(',', StringSplitOptions.RemoveEmptyEntries);

        var error = new ApproverNotAllowedException(Id, "eve", names);

        Assert.Equal((Id, "eve", message), (error.Id, error.By, error.Message));
        Assert.Same(names, error.Approvers);
    }

    [Fact]
    public void NotAllowed_NullApprovers_IsAnErrorOfTheCaller() =>
        Assert.Equal("approvers", Assert.Throws<ArgumentNullException>(() => new ApproverNotAllowedException(Id, "eve", null!)).ParamName);

    [Theory]
    [InlineData("ann", "Too risky.", "Approval request 7 (delete the index) was rejected by ann: Too risky.")]
    [InlineData(null, "Not decided in time.", "Approval request 7 (delete the index) was rejected: Not decided in time.")]
    public void Rejected_Request_SaysWhatWasRejectedByWhomAndWhy(string? by, string note, string message)
    {
        var request = new ApprovalInfo
        {
            Id = Id,
            TaskId = new TaskId(3),
            TaskType = "clean-up",
            Group = "default",
            What = "delete the index",
            Arguments = "{}",
            DecidedBy = by,
            Note = note,
        };

        var error = new ApprovalRejectedException(request);

        Assert.Equal((by, note, message), (error.By, error.Reason, error.Message));
        Assert.Same(request, error.Request);
    }

    [Fact]
    public void Rejected_NullRequest_IsAnErrorOfTheCaller() =>
        Assert.Equal("request", Assert.Throws<ArgumentNullException>(() => new ApprovalRejectedException(null!)).ParamName);
}
