namespace DurableQueue.Sqlite;

/// <summary>The column <c>task.dedup</c>: 0 no key, 1 scope Active, 2 scope Forever, 3 scope UntilStarted.</summary>
internal static class StoredScope
{
    public const int UntilStarted = (int)DedupScope.UntilStarted + 1;

    public static long Write(string? key, DedupScope scope) => key is null ? 0 : (long)scope + 1;

    /// <returns><see langword="null"/> if the task has no key.</returns>
    public static DedupScope? Read(int stored) => stored == 0 ? null : (DedupScope)(stored - 1);
}
