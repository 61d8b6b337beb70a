namespace DurableQueue.Sqlite;

/// <summary>The bits of the column <c>task.holds</c>: <see cref="TaskHolds"/> by number.</summary>
internal static class HoldCode
{
    public const string None = "0";
    public const string Dependencies = "1";
    public const string NotBefore = "2";
    public const string Stashed = "4";
    public const string Approval = "8";
    public const string Budget = "16";
}
