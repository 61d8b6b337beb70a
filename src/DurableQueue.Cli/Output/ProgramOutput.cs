using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DurableQueue.Cli.Output;

/// <summary>Standard output for JSON and the documented output of commands, standard error for everything else.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Disposing the streams would write again what could not be written; they end with the process.")]
internal sealed class ProgramOutput
{
    private const int JsonVersion = 1;
    private const int WidthOfNoTerminal = 80;

    /// <summary>Made when JSON is written: the tables of the encoder are not small.</summary>
    private static JsonWriterOptions JsonOptions => new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly BufferedStream buffer = new(new StandardOutput(), 64 * 1024);
    private readonly List<string> done = [];
    private readonly StreamWriter styled;
    private readonly TextWriter errors;
    private readonly Stream errorBytes = Console.OpenStandardError();

    public ProgramOutput()
    {
        styled = new StreamWriter(buffer, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = false };
        Text = new SafeWriter(styled);
        Current = this;

        // Text of other sources, such as the log of a worker, must be made safe as well.
        Console.SetError(new SafeWriter(Console.Error));
        errors = Console.Error;
    }

    /// <summary>The output of this process.</summary>
    public static ProgramOutput Current { get; private set; } = null!;

    /// <summary>Standard output as text, made safe by <see cref="SafeText"/>; written when the command ends, or at <see cref="Flush"/>.</summary>
    public TextWriter Text { get; }

    /// <summary>The facts given to <see cref="Remember"/>.</summary>
    public IReadOnlyList<string> Done => done;

    public bool Json { get; private set; }

    public bool Color { get; private set; }

    /// <summary>Finds the characters of tables; called only when one is written.</summary>
    public Func<Glyphs> FindGlyphs { get; set; } = () => Glyphs.Detect(Environment.GetEnvironmentVariable);

    public bool IsTerminal { get; } = !Console.IsOutputRedirected;

    /// <summary>The width in columns; <see langword="null"/> if the output is not a terminal.</summary>
    public int? Width => IsTerminal || Environment.GetEnvironmentVariable("COLUMNS") is { Length: > 0 } ? FindWidth() : null;

    /// <summary>Whether something other than text has been written.</summary>
    public bool HasWritten { get; private set; }

    /// <param name="json">Whether standard output is JSON.</param>
    /// <param name="color"><c>auto</c>, <c>always</c> or <c>never</c>.</param>
    public void Configure(bool json, string color)
    {
        Json = json;
        Color = color switch
        {
            "always" => true,
            "never" => false,
            _ => IsTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "" && Environment.GetEnvironmentVariable("TERM") != "dumb",
        };
    }

    /// <summary>Remembers something that was done, as a sentence. It is written to standard error if standard output fails.</summary>
    public void Remember(string fact) => done.Add(fact);

    /// <summary>Drops what was remembered, once it has been reported.</summary>
    public void Forget() => done.Clear();

    /// <summary>Writes a table as text.</summary>
    public void Write(TextTable table) => table.Write(styled, Width, Color, FindGlyphs());

    /// <summary>Writes raw bytes to standard error. Failures are ignored.</summary>
    public void WriteError(ReadOnlySpan<byte> bytes)
    {
        try
        {
            errorBytes.Write(bytes);
        }
        catch (IOException)
        {
            // As in Say.
        }
    }

    /// <summary>Writes a message to standard error. Failures are ignored.</summary>
    public void Say(string message)
    {
        try
        {
            errors.WriteLine(message);
        }
        catch (IOException)
        {
            // The command and its exit code do not depend on whether the message is read.
        }
    }

    /// <summary>Writes one JSON object on a line of its own, beginning with the schema version.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write) =>
        WriteJsonAsync(json =>
        {
            write(json);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    /// <summary>Writes one JSON object while its parts are being read.</summary>
    public async Task WriteJsonAsync(Func<Utf8JsonWriter, Task> write)
    {
        HasWritten = true;
        Text.Flush();

        // Not into the stream itself: the writer would flush it, and the command must get its exit code even if the output can't be written.
        await using (var json = new Utf8JsonWriter(new StreamBuffer(buffer), JsonOptions))
        {
            json.WriteStartObject();
            json.WriteNumber("version", JsonVersion);
            await write(json);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
    }

    /// <summary>Writes raw bytes.</summary>
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

    /// <summary>Notices that the reader of a pipe has left before there is more to write.</summary>
    /// <exception cref="OutputClosedException">The other end of the pipe is closed.</exception>
    public void ThrowIfClosed()
    {
        if (HasWritten && StandardOutput.IsClosed)
        {
            throw new OutputClosedException();
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
