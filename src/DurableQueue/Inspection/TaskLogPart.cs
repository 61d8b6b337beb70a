namespace DurableQueue;

/// <summary>A part of a log.</summary>
public sealed record TaskLogPart
{
    /// <summary>The most bytes of one part: 1 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The stream.</summary>
    public TaskLogStream Stream { get; init; }

    /// <summary>What was written, usually UTF-8. It may begin and end within a character: see <see cref="ToWholeCharacters"/> and <see cref="TaskLogDecoder"/>.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The position of the first byte.</summary>
    public required long From { get; init; }

    /// <summary>The position after the last byte: where the next part begins.</summary>
    public long Next => From + Bytes.Length;

    /// <summary>The size of the log.</summary>
    public required long Size { get; init; }

    /// <summary>Whether the attempt has ended, so that nothing is added after <see cref="Size"/>.</summary>
    public bool Ended { get; init; }

    /// <summary>
    /// Leaves out the bytes of a UTF-8 character that begins before this part, and those of one that ends after it. The parts before and after have them. Bytes
    /// that can't be completed any more stay. Read at least four bytes, so that there is a whole character.
    /// </summary>
    public TaskLogPart ToWholeCharacters()
    {
        var skip = From > 0 ? Utf8Cut.PartialLength(Bytes.Span) : 0;
        var whole = Next < Size || !Ended ? Utf8Cut.WholeLength(Bytes.Span) : Bytes.Length;
        return this with { Bytes = Bytes[skip..Math.Max(skip, whole)], From = From + skip };
    }
}
