namespace DurableQueue.Sqlite;

/// <summary>The column <c>task_approval.state</c>: <see cref="ApprovalStatus"/> by number.</summary>
internal static class RequestCode
{
    public const string Pending = "0";
    public const string Approved = "1";
    public const string Rejected = "2";
    public const string Expired = "3";
    public const string Withdrawn = "4";
}
