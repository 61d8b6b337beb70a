namespace DurableQueue.Sqlite;

/// <summary>The column <c>notification.void_state</c>.</summary>
internal static class VoidCode
{
    public const string Stays = "0";
    public const string WithTask = "1";
    public const string Void = "2";
}
