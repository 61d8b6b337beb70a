namespace DurableQueue.Sqlite;

/// <summary>What the lock file says of the write-ahead log: which queue it belongs to, and which marks the queue file may have that it belongs to.</summary>
/// <param name="Queue">The queue's identity.</param>
/// <param name="Current">The mark of the queue file since the latest complete checkpoint; <see cref="None"/> if the file has none yet.</param>
/// <param name="Next">The mark that the checkpoint under way moves into the file, if one is; else the same.</param>
internal readonly record struct LogRecord(string Queue, string Current, string Next)
{
    /// <summary>As long as a record; for reading.</summary>
    public const int Length = 128;

    /// <summary>The mark of a file whose tables are still in its log, or which an earlier version wrote.</summary>
    public const string None = "00000000000000000000000000000000";

    private const string Format = "durablequeue 1";
    private const int Digits = 32;

    public override string ToString() => $"{Format} {Queue} {Current} {Next}\n";

    /// <returns><see langword="null"/> if it is not one: earlier versions leave the lock file empty.</returns>
    public static LogRecord? Parse(string text) =>
        text.StartsWith(Format, StringComparison.Ordinal) && text.IndexOf('\n', StringComparison.Ordinal) is var end and > 0
            && text[Format.Length..end].Split(' ') is [_, { Length: Digits } queue, { Length: Digits } current, { Length: Digits } next]
            ? new LogRecord(queue, current, next)
            : null;

    /// <summary>
    /// Whether the log belongs to a file with this mark. A process that died in the middle of writing the page may have left a part of one mark and a part of
    /// the other.
    /// </summary>
    public bool Fits(string mark)
    {
        for (var cut = 0; cut <= Digits; cut++)
        {
            if ((Begins(mark, Next, cut) && Ends(mark, Current, cut)) || (Begins(mark, Current, cut) && Ends(mark, Next, cut)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Begins(string mark, string other, int length) => string.CompareOrdinal(mark, 0, other, 0, length) == 0;

    private static bool Ends(string mark, string other, int from) => string.CompareOrdinal(mark, from, other, from, Digits) == 0;
}
