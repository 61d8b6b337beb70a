using System.Text;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>Reads commands from standard input, one line each. Everything is read and checked before anything is added.</summary>
internal static class CommandLines
{
    /// <summary>Stands for standard input in place of a command.</summary>
    public const string Word = "-";

    private const int MostBytes = 64 * 1024 * 1024;

    /// <summary>What Linux passes to a shell as one argument.</summary>
    private const int LongestLine = (128 * 1024) - 1;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The lines without those that are blank or begin with a <c>#</c>, which a shell would not run either.</summary>
    /// <exception cref="CliException">A line is not valid, there is none, or there are too many bytes.</exception>
    public static async Task<List<string>> ReadAsync(DqInvocation invocation)
    {
        if (!Console.IsInputRedirected)
        {
            invocation.Output.Say("Reading commands from the terminal, one a line, until Ctrl-D.");
        }

        // A read of standard input cannot be interrupted, but need not be waited for.
        var bytes = await Task.Run(ReadBytes, invocation.Token).WaitAsync(invocation.Token);
        var lines = new List<string>();
        var number = 0;
        foreach (var range in bytes.Span.Split((byte)'\n'))
        {
            number++;
            if (ReadLine(bytes.Span[range], number) is { } line)
            {
                lines.Add(line);
            }
        }

        return lines.Count > 0 ? lines : throw CliException.BadInput("Standard input contains no command; nothing was added.");
    }

    private static ReadOnlyMemory<byte> ReadBytes()
    {
        using var input = Console.OpenStandardInput();
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (var read = input.Read(buffer); read > 0; read = input.Read(buffer))
        {
            all.Write(buffer, 0, read);
            if (all.Length > MostBytes)
            {
                throw CliException.BadInput($"Standard input is longer than {MostBytes / (1024 * 1024)} MiB; nothing was added. Add it in parts.");
            }
        }

        var bytes = all.GetBuffer().AsMemory(0, (int)all.Length);
        return bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
    }

    private static string? ReadLine(ReadOnlySpan<byte> bytes, int number)
    {
        bytes = bytes.EndsWith((byte)'\r') ? bytes[..^1] : bytes;
        var start = bytes.IndexOfAnyExcept((byte)' ', (byte)'\t');
        return start < 0 || bytes[start] == (byte)'#' ? null
            : FindMistake(bytes, start) is { } mistake ? throw CliException.BadInput($"Line {number} {mistake}; nothing was added.")
            : Utf8.GetString(bytes);
    }

    private static string? FindMistake(ReadOnlySpan<byte> line, int start) => line switch
    {
        { Length: > LongestLine } => $"has {line.Length} bytes, more than the {LongestLine} that a shell can be given",
        _ when line.Contains((byte)0) => "contains a NUL character",
        _ when !System.Text.Unicode.Utf8.IsValid(line) => "contains bytes that are not UTF-8",
        _ when line[start] == (byte)'{' && IsJson(line) => "is a JSON object and not a command ('dq import -' adds what 'dq export' has written)",
        _ => null,
    };

    private static bool IsJson(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            return json.Read() && json.TrySkip() && !json.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
