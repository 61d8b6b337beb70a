namespace DurableQueue.Sqlite;

/// <summary>The column <c>lane.urgent</c>: <see cref="Groups.Urgency"/> by number.</summary>
internal static class UrgencyCode
{
    public const string None = "0";
    public const string Urgent = "1";
    public const string Forced = "2";
}
