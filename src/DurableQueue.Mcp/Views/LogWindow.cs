using System.Buffers;
using System.Text;
using DurableQueue.Processes.Running;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Mcp.Views;

/// <summary>Reads a part of a log, however long the log is and whatever is in it: memory and result are bounded by the number of characters.</summary>
internal static class LogWindow
{
    /// <summary>The longest form of a character in UTF-8.</summary>
    private const int LongestLetter = 4;

    /// <summary>Reads from a byte on.</summary>
    /// <exception cref="FileNotFoundException">There is no such log.</exception>
    public static LogPart ReadFrom(string path, long offset, int characters)
    {
        using var log = GuardedFile.OpenToRead(path);
        var total = RandomAccess.GetLength(log);
        var bytes = Read(log, offset, characters);
        var text = new StringBuilder();
        var used = 0;
        foreach (var (letter, length) in Letters(bytes, isEnd: offset + bytes.Length >= total))
        {
            if (text.Length + letter.Length > characters)
            {
                break;
            }

            text.Append(letter);
            used += length;
        }

        return new LogPart(text.ToString(), offset, offset + used, Math.Max(total, offset + used));
    }

    /// <summary>Reads the end.</summary>
    /// <exception cref="FileNotFoundException">There is no such log.</exception>
    public static LogPart ReadLast(string path, int characters)
    {
        using var log = GuardedFile.OpenToRead(path);
        var total = RandomAccess.GetLength(log);
        var start = Math.Max(0, total - (long)characters * LongestLetter);
        var bytes = Read(log, start, characters).AsSpan();
        while (start > 0 && bytes is [var first, ..] && (first & 0xC0) == 0x80)
        {
            // The rest of a character.
            bytes = bytes[1..];
            start++;
        }

        var letters = Letters(bytes.ToArray(), isEnd: true);
        var (begin, room, from) = (letters.Count, characters, start + letters.Sum(item => item.Length));
        var next = from;
        while (begin > 0 && letters[begin - 1].Text.Length <= room)
        {
            begin--;
            room -= letters[begin].Text.Length;
            from -= letters[begin].Length;
        }

        return new LogPart(string.Concat(letters.Skip(begin).Select(item => item.Text)), from, next, Math.Max(total, next));
    }

    private static byte[] Read(SafeFileHandle log, long offset, int characters)
    {
        var buffer = new byte[characters * LongestLetter];
        var count = 0;
        for (int read; count < buffer.Length && (read = RandomAccess.Read(log, buffer.AsSpan(count), offset + count)) > 0;)
        {
            count += read;
        }

        return buffer[..count];
    }

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
