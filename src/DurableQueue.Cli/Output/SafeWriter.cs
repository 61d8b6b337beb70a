using System.Text;

namespace DurableQueue.Cli.Output;

/// <summary>Writes text so that only text, line ends and tabs reach the terminal.</summary>
internal sealed class SafeWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => inner.Write(SafeText.Lines(value ?? ""));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void Flush() => inner.Flush();
}
