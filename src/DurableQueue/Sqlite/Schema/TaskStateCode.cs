namespace DurableQueue.Sqlite;

/// <summary>The column <c>task.state</c>: <see cref="TaskState"/> by number, as text for constant SQL.</summary>
internal static class TaskStateCode
{
    public const string Queued = "0";
    public const string CheckedOut = "1";
    public const string Done = "2";
    public const string Failed = "3";
    public const string Cancelled = "4";

    /// <summary>All states from this one on are finished.</summary>
    public const string FirstFinished = Done;
}
