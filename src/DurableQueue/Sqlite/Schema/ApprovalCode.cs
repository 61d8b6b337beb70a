namespace DurableQueue.Sqlite;

/// <summary>The column <c>task.approval</c>: <see cref="Approvals.ApprovalState"/> by number.</summary>
internal static class ApprovalCode
{
    public const string None = "0";
    public const string Pending = "1";
    public const string Approved = "2";
    public const string Rejected = "3";
}
