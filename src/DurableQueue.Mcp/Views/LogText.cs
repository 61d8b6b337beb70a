using System.Buffers;
using System.Text;

namespace DurableQueue.Mcp.Views;

/// <summary>Reads a part of a log, however long the log is and whatever is in it: memory and result are bounded by the number of characters.</summary>
internal static class LogText
{
    /// <summary>The longest form of a character in UTF-8.</summary>
    private const int LongestLetter = 4;

    /// <summary>Reads the end of the output of the latest attempt.</summary>
    /// <returns><see langword="null"/> if there is none.</returns>
    public static async ValueTask<string?> ReadLatestAsync(ToolHost host, TaskId id, int characters, CancellationToken cancellationToken)
    {
        if (host.Logs is not { } logs || await logs.FindAsync(id, cancellationToken: cancellationToken).ConfigureAwait(false) is not { Status: TaskLogStatus.Present } log)
        {
            return null;
        }

        try
        {
            return (await ReadLastAsync(logs, log, characters, cancellationToken).ConfigureAwait(false)).Text;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Cleaned away since it was found.
            return null;
        }
    }

    /// <summary>Reads from a byte on.</summary>
    /// <exception cref="FileNotFoundException">There is no such log.</exception>
    public static async ValueTask<LogPart> ReadFromAsync(ITaskLogs logs, TaskLog log, long offset, int characters, CancellationToken cancellationToken)
    {
        var part = await logs.ReadAsync(log, offset, BytesOf(characters), cancellationToken).ConfigureAwait(false);
        var text = new StringBuilder();
        var used = 0;
        foreach (var (letter, length) in Letters(part.Bytes.Span, isEnd: part.Next >= part.Size))
        {
            if (text.Length + letter.Length > characters)
            {
                break;
            }

            text.Append(letter);
            used += length;
        }

        return new LogPart(text.ToString(), part.From, part.From + used, part.Size);
    }

    /// <summary>Reads the end.</summary>
    /// <exception cref="FileNotFoundException">There is no such log.</exception>
    public static async ValueTask<LogPart> ReadLastAsync(ITaskLogs logs, TaskLog log, int characters, CancellationToken cancellationToken)
    {
        var part = await logs.ReadAsync(log, -BytesOf(characters), BytesOf(characters), cancellationToken).ConfigureAwait(false);
        var skip = part.From > 0 ? Utf8Cut.PartialLength(part.Bytes.Span) : 0;
        var letters = Letters(part.Bytes.Span[skip..], isEnd: true);
        var (begin, room, from) = (letters.Count, characters, part.Next);
        while (begin > 0 && letters[begin - 1].Text.Length <= room)
        {
            begin--;
            room -= letters[begin].Text.Length;
            from -= letters[begin].Length;
        }

        return new LogPart(string.Concat(letters.Skip(begin).Select(item => item.Text)), from, part.Next, part.Size);
    }

    private static int BytesOf(int characters) => Math.Min(characters * LongestLetter, TaskLogPart.MaxBytes);

    /// <summary>The characters as they are shown, each with its number of bytes. An unfinished one at the end counts only if nothing can follow it.</summary>
    private static List<(string Text, int Length)> Letters(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        var letters = new List<(string, int)>(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var letter, out var length);
            if (status == OperationStatus.NeedMoreData && !isEnd)
            {
                break;
            }

            letters.Add((PlainText.Show(letter), length));
            bytes = bytes[length..];
        }

        return letters;
    }
}
