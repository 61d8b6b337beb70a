using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>The options that give a payload: JSON, text or base64, on the command line, in a file or on standard input.</summary>
internal sealed class PayloadOptions
{
    private const string Input = "-";

    /// <summary>Handlers may read deeper JSON than the default of the parser.</summary>
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 1_000 };

    private readonly Option<string?> json = Values.Text("--payload", "The payload as JSON; @FILE reads a file, - standard input.", "JSON");
    private readonly Option<string?> text = Values.Text("--payload-text", "The payload as text, which need not be JSON; @FILE and - as above.", "TEXT");
    private readonly Option<string?> base64 = Values.Text("--payload-base64", "The payload as bytes in base64; @FILE and - as above.", "BASE64");

    public IReadOnlyList<Option> Symbols => [json, text, base64];

    /// <returns><see langword="null"/> if none of the options is given.</returns>
    /// <exception cref="CliException">Several are given, or the payload is not valid.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(DqInvocation invocation)
    {
        var given = Symbols.Where(invocation.Has).ToList();
        if (given.Count > 1)
        {
            throw CliException.BadInput($"Give only one of {string.Join(" and ", given.Select(option => option.Name))}.");
        }

        if (given.Count == 0)
        {
            return null;
        }

        var (name, bytes) = (given[0].Name, await ReadBytesAsync(invocation, given[0].Name, invocation.Get((Option<string?>)given[0]) ?? ""));
        return name == json.Name ? CheckJson(bytes) : name == text.Name ? bytes : Decode(bytes);
    }

    private static async ValueTask<byte[]> ReadBytesAsync(DqInvocation invocation, string option, string value)
    {
        if (value is not (Input or ['@', ..]))
        {
            return Encoding.UTF8.GetBytes(value);
        }

        await using var source = value == Input ? Console.OpenStandardInput() : File.OpenRead(UserPath.Resolve(value[1..], option));

        // One byte more than is allowed, so that the queue refuses it and an endless input ends. Base64 is longer than what it says.
        var most = invocation.Options.MaxPayloadBytes * 2L;
        using var read = new MemoryStream();
        var block = new byte[64 * 1024];
        for (int count; read.Length <= most && (count = await source.ReadAsync(block, invocation.Token)) > 0;)
        {
            read.Write(block, 0, count);
        }

        return read.Length <= most ? read.ToArray() : throw CliException.BadInput($"{option}: the payload is longer than a queue takes.");
    }

    private static byte[] CheckJson(byte[] bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, Deep);
            while (reader.Read())
            {
            }

            return bytes;
        }
        catch (JsonException e)
        {
            throw CliException.BadInput(string.Create(
                CultureInfo.InvariantCulture,
                $"--payload is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {Reason(e)} Text that is not JSON is given with --payload-text."));
        }
    }

    private static byte[] Decode(byte[] bytes)
    {
        try
        {
            return Convert.FromBase64String(Encoding.ASCII.GetString(bytes));
        }
        catch (FormatException)
        {
            throw CliException.BadInput("--payload-base64 is not valid base64.");
        }
    }

    /// <summary>The parser's sentence, without the place, which it counts from 0.</summary>
    private static string Reason(JsonException error) =>
        error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and > 0 ? error.Message[..end] : error.Message;
}
