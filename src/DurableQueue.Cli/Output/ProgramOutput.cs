using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Output;

/// <summary>Standard output for JSON and what a command promises, standard error for everything else.</summary>
internal sealed class ProgramOutput : IDisposable
{
    private const int JsonVersion = 1;
    private const int WidthOfNoTerminal = 80;

    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly BufferedStream buffer = new(new StandardOutput(), 64 * 1024);

    private readonly TextWriter errors = Console.Error;

    public ProgramOutput()
    {
        Text = new StreamWriter(buffer, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = false };
        Current = this;
    }

    /// <summary>The output of this process.</summary>
    public static ProgramOutput Current { get; private set; } = null!;

    /// <summary>Standard output as text; written when the command ends, or at <see cref="Flush"/>.</summary>
    public TextWriter Text { get; }

    public bool Json { get; private set; }

    public bool Color { get; private set; }

    public bool IsTerminal { get; } = !Console.IsOutputRedirected;

    /// <summary>Columns to stay within; <see langword="null"/> where nobody sees lines break.</summary>
    public int? Width => IsTerminal || Environment.GetEnvironmentVariable("COLUMNS") is { Length: > 0 } ? FindWidth() : null;

    /// <summary>Whether something other than text has been written.</summary>
    public bool HasWritten { get; private set; }

    public void Configure(ParseResult parse)
    {
        Json = parse.GetValue(GlobalOptions.Json);
        Color = parse.GetResult(GlobalOptions.Color) is { Errors: var errors } && errors.Any() ? false : parse.GetValue(GlobalOptions.Color) switch
        {
            "always" => true,
            "never" => false,
            _ => IsTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "" && Environment.GetEnvironmentVariable("TERM") != "dumb",
        };
    }

    /// <summary>To people, on standard error.</summary>
    public void Say(string message)
    {
        try
        {
            errors.WriteLine(message);
        }
        catch (IOException)
        {
            // Nobody reads it; what the command does and its exit code do not depend on that.
        }
    }

    /// <summary>One JSON object on a line of its own, which begins with the version of the schema.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write) =>
        WriteJsonAsync(json =>
        {
            write(json);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    /// <summary>The same, written while its parts are being read.</summary>
    public async Task WriteJsonAsync(Func<Utf8JsonWriter, Task> write)
    {
        HasWritten = true;
        Text.Flush();
        await using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteNumber("version", JsonVersion);
            await write(json);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
    }

    /// <summary>Bytes as they are.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        HasWritten = true;
        Text.Flush();
        buffer.Write(bytes);
    }

    public void Flush()
    {
        Text.Flush();
        buffer.Flush();
    }

    public void Dispose()
    {
        try
        {
            Flush();
        }
        catch (OutputClosedException)
        {
            // The command has ended.
        }
    }

    private static int FindWidth()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0)
        {
            return columns;
        }

        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : WidthOfNoTerminal;
        }
        catch (IOException)
        {
            return WidthOfNoTerminal;
        }
    }
}
