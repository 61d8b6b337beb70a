using System.Text;
using System.Text.Json;

namespace DurableQueue.Processes.Graphs;

/// <summary>Reads JSON with the position of every value.</summary>
internal ref struct JsonFile
{
    private readonly ReadOnlySpan<byte> utf8;
    private Utf8JsonReader reader;

    // Positions are asked for in the order of the file: counting continues from the last one.
    private int line = 1;
    private int column = 1;
    private int counted;

    private JsonFile(ReadOnlySpan<byte> utf8)
    {
        this.utf8 = utf8;
        reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = FileNode.MaxDepth });
    }

    /// <exception cref="FileSyntaxException">The text is not valid JSON.</exception>
    public static FileNode Read(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var file = new JsonFile(utf8);
        try
        {
            file.reader.Read();
            var root = file.ReadValue();
            file.reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            throw new FileSyntaxException(file.PositionOf(e), Reason(e));
        }
        catch (InvalidOperationException e)
        {
            // A string with half a surrogate pair in it.
            throw new FileSyntaxException(file.Position(), e.Message);
        }
    }

    private FileNode ReadValue()
    {
        var position = Position();
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var entries = new List<(FileNode.Scalar, FileNode)>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = new FileNode.Scalar(Position(), reader.GetString()!, ScalarType.Text);
                    reader.Read();
                    entries.Add((key, ReadValue()));
                }

                return new FileNode.Map(position, entries);
            case JsonTokenType.StartArray:
                var items = new List<FileNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadValue());
                }

                return new FileNode.List(position, items);
            case JsonTokenType.String:
                return new FileNode.Scalar(position, reader.GetString()!, ScalarType.Text);
            default:
                return new FileNode.Scalar(position, Encoding.UTF8.GetString(reader.ValueSpan), reader.TokenType switch
                {
                    JsonTokenType.Number => ScalarType.Number,
                    JsonTokenType.Null => ScalarType.Null,
                    _ => ScalarType.Boolean,
                });
        }
    }

    private SourcePosition Position() => PositionAt((int)reader.TokenStartIndex);

    private SourcePosition PositionOf(JsonException e)
    {
        // Lines and bytes in the line, from 0.
        var start = 0;
        for (var lines = e.LineNumber ?? 0; lines > 0; lines--)
        {
            start += utf8[start..].IndexOf((byte)'\n') + 1;
        }

        return PositionAt(Math.Max(counted, Math.Min(utf8.Length, start + (int)(e.BytePositionInLine ?? 0))));
    }

    private SourcePosition PositionAt(int index)
    {
        var passed = utf8[counted..index];
        var lines = passed.Count((byte)'\n');
        if (lines > 0)
        {
            line += lines;
            column = 1;
            passed = passed[(passed.LastIndexOf((byte)'\n') + 1)..];
        }

        column += Encoding.UTF8.GetCharCount(passed);
        counted = index;
        return new SourcePosition(line, column);
    }

    /// <summary>The message without the position that .NET appends to it.</summary>
    private static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }
}
