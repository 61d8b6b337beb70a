using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DurableQueue.Processes.Graphs;

/// <summary>
/// Reads YAML with the position of every value, from the parser's events, so that nothing but plain values is ever created. Anchors, aliases and tags are refused,
/// so that a small file is a small graph.
/// </summary>
/// <remarks>
/// The library ends a line at NEL, U+2028 and U+2029, as YAML 1.1 did; in YAML 1.2 they are characters like any other. They are replaced by private-use characters
/// that the file does not contain, and put back in each string that is read.
/// </remarks>
internal sealed partial class YamlFile
{
    private const string OldLineEnds = "\u0085\u2028\u2029";

    private readonly Parser parser;
    private readonly string standIns;
    private int depth;

    private YamlFile(string text)
    {
        standIns = text.AsSpan().IndexOfAny(OldLineEnds) < 0 ? "" : FindUnused(text, OldLineEnds.Length);
        parser = new Parser(new Scanner(new StringReader(Exchange(text, OldLineEnds, standIns)), skipComments: true));
    }

    /// <exception cref="FileSyntaxException">The text is not valid YAML, or uses what is not supported here.</exception>
    public static FileNode Read(string text)
    {
        var file = new YamlFile(text);
        try
        {
            return file.ReadDocument();
        }
        catch (YamlException e)
        {
            // The library reports the beginning of the value that contains the tab.
            throw new FileSyntaxException(
                (e.Message.Contains("tab as indentation", StringComparison.Ordinal) ? FindTab(text) : null) ?? PositionOf(e.Start), file.OwnText(e.Message));
        }
        catch (ArgumentException e)
        {
            // Thrown by the library for an escape that names no character.
            throw new FileSyntaxException(PositionOf(file.parser.Current?.End ?? Mark.Empty), e.Message);
        }
    }

    private FileNode ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out var end))
        {
            throw new FileSyntaxException(PositionOf(end.Start), "The file is empty.");
        }

        parser.Consume<DocumentStart>();
        var root = ReadValue();
        parser.Consume<DocumentEnd>();
        return parser.Accept<DocumentStart>(out var second) ? throw new FileSyntaxException(PositionOf(second.Start), "A second document begins here; only one is allowed.") : root;
    }

    private FileNode ReadValue()
    {
        if (parser.Accept<AnchorAlias>(out var alias))
        {
            throw new FileSyntaxException(PositionOf(alias.Start), $"The alias *{alias.Value} is not allowed: anchors and aliases are not supported.");
        }

        var node = parser.Consume<NodeEvent>();
        var position = PositionOf(node.Start);
        if (!node.Anchor.IsEmpty)
        {
            throw new FileSyntaxException(position, $"The anchor &{node.Anchor.Value} is not allowed: anchors and aliases are not supported.");
        }

        if (!node.Tag.IsEmpty)
        {
            throw new FileSyntaxException(position, $"The tag {node.Tag.Value} is not allowed: tags are not supported.");
        }

        if (node is Scalar scalar)
        {
            var text = OwnText(scalar.Value);
            if (HasLoneSurrogate(text))
            {
                throw new FileSyntaxException(position, "The string contains a lone surrogate, which is half a character.");
            }

            return new FileNode.Scalar(position, text, scalar.Style == ScalarStyle.Plain ? TypeOf(text) : ScalarType.Text);
        }

        if (++depth > FileNode.MaxDepth)
        {
            throw new FileSyntaxException(position, $"Values are nested deeper than {FileNode.MaxDepth} levels.");
        }

        FileNode read = node is SequenceStart ? ReadList(position) : ReadMap(position);
        depth--;
        return read;
    }

    private FileNode.List ReadList(SourcePosition position)
    {
        var items = new List<FileNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadValue());
        }

        return new FileNode.List(position, items);
    }

    private FileNode.Map ReadMap(SourcePosition position)
    {
        var entries = new List<(FileNode.Scalar, FileNode)>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadValue();
            entries.Add((key as FileNode.Scalar ?? throw new FileSyntaxException(key.Position, $"A key must be a string; this is {key.Kind}."), ReadValue()));
        }

        return new FileNode.Map(position, entries);
    }

    private string OwnText(string text) => Exchange(text, standIns, OldLineEnds);

    private static string Exchange(string text, string from, string to)
    {
        for (var i = 0; i < Math.Min(from.Length, to.Length); i++)
        {
            text = text.Replace(from[i], to[i]);
        }

        return text;
    }

    /// <summary>Private-use characters that the text does not contain. A text within the size limit cannot use them all up.</summary>
    private static string FindUnused(string text, int count)
    {
        var used = text.ToHashSet();
        return string.Concat(Enumerable.Range(0xe000, 0x1900).Select(code => (char)code).Where(letter => !used.Contains(letter)).Take(count));
    }

    /// <summary>The type of a value without quotes, by the core schema of YAML 1.2.</summary>
    private static ScalarType TypeOf(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarType.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarType.Boolean,
        _ when Number().IsMatch(text) => ScalarType.Number,
        _ => ScalarType.Text,
    };

    /// <summary>The first tab in the indentation of a line.</summary>
    private static SourcePosition? FindTab(string text)
    {
        foreach (var (number, line) in text.Split('\n').Index())
        {
            var tab = line.AsSpan().TrimEnd().IndexOf('\t');
            if (tab >= 0 && line.AsSpan(0, tab).Trim(' ').IsEmpty)
            {
                return new SourcePosition(number + 1, tab + 1);
            }
        }

        return null;
    }

    private static bool HasLoneSurrogate(string text) => text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar) && text.Where((c, i) =>
        char.IsSurrogate(c) && !(char.IsHighSurrogate(c) ? i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) : i > 0 && char.IsHighSurrogate(text[i - 1]))).Any();

    private static SourcePosition PositionOf(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    /// <summary>Numbers that JSON can write too; others (<c>0x1F</c>, <c>.5</c>, <c>+1</c>, <c>007</c>, <c>.inf</c>) are strings here.</summary>
    [GeneratedRegex(@"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
