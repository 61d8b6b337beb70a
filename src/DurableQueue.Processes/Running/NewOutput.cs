using System.Security.Cryptography;
using System.Text;

namespace DurableQueue.Processes.Running;

/// <summary>The output of one file since the last notification. Of much output, only the end is kept.</summary>
internal sealed class NewOutput
{
    private const int MostKept = 64 * 1024;

    private readonly IncrementalHash all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<byte> kept = [];
    private bool isWhole = true;

    /// <summary>There is something to read: more than blanks and line ends.</summary>
    public bool HasText { get; private set; }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        all.AppendData(bytes);
        HasText = HasText || bytes.ContainsAnyExcept(" \t\r\n"u8);
        kept.AddRange(bytes);
        if (kept.Count > MostKept)
        {
            isWhole = false;
            kept.RemoveRange(0, kept.Count - MostKept);
        }
    }

    public void Clear()
    {
        _ = all.GetHashAndReset();
        kept.Clear();
        (isWhole, HasText) = (true, false);
    }

    /// <summary>
    /// The same for the same lines, however often they are repeated: how many of them come between two notifications is chance. Of much output, its hash.
    /// </summary>
    public byte[] Identify()
    {
        if (!isWhole)
        {
            return all.GetCurrentHash();
        }

        var lines = Encoding.UTF8.GetString([.. kept]).TrimEnd('\n', '\r').Split('\n', '\r');
        return Encoding.UTF8.GetBytes($"{string.Join('\n', lines.Take(Period(lines)))}\0");
    }

    /// <summary>The last line with text, of which bytes may still be missing.</summary>
    public string LastLine()
    {
        var bytes = kept.ToArray().AsSpan();
        var text = Encoding.UTF8.GetString(bytes[Utf8Cut.PartialLength(bytes)..Math.Max(Utf8Cut.PartialLength(bytes), Utf8Cut.WholeLength(bytes))]);
        return text.Split('\n', '\r').LastOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? "";
    }

    /// <summary>The length of the shortest beginning of which the lines are repetitions.</summary>
    private static int Period(string[] lines)
    {
        // The longest proper beginning of each prefix that is also its end.
        var borders = new int[lines.Length];
        for (var i = 1; i < lines.Length; i++)
        {
            var border = borders[i - 1];
            while (border > 0 && lines[i] != lines[border])
            {
                border = borders[border - 1];
            }

            borders[i] = lines[i] == lines[border] ? border + 1 : 0;
        }

        var period = lines.Length - borders[^1];
        return lines.Length % period == 0 ? period : lines.Length;
    }
}
