namespace DurableQueue.Sqlite;

/// <summary>The column <c>task.dedup</c>: 0 without a key, else one more than the number of the <see cref="DedupScope"/>.</summary>
internal static class DedupCode
{
    public const string NoKey = "0";
    public const string Active = "1";
    public const string Forever = "2";
    public const string UntilStarted = "3";
}
