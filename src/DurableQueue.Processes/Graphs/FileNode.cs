namespace DurableQueue.Processes.Graphs;

/// <summary>A value of a YAML or JSON file, with its position.</summary>
internal abstract record FileNode(SourcePosition Position)
{
    /// <summary>How deep values may be nested.</summary>
    public const int MaxDepth = 64;

    /// <summary>What it is, for messages.</summary>
    public abstract string Kind { get; }

    /// <summary>A string as it is written, in quotes; else <see cref="Kind"/>.</summary>
    public string Quoted => this is Scalar { Type: ScalarType.Text } text ? $"'{text.Text}'" : Kind;

    /// <param name="Position">Where it begins.</param>
    /// <param name="Text">As written, without quotes.</param>
    /// <param name="Type">Its type by the rules of the format.</param>
    public sealed record Scalar(SourcePosition Position, string Text, ScalarType Type) : FileNode(Position)
    {
        public override string Kind => Type switch
        {
            ScalarType.Null => "nothing",
            ScalarType.Boolean => $"the value {Text}",
            ScalarType.Number => $"the number {Text}",
            _ => "a string",
        };
    }

    public sealed record List(SourcePosition Position, IReadOnlyList<FileNode> Items) : FileNode(Position)
    {
        public override string Kind => "a list";
    }

    /// <summary>Keys with values in the order of the file. A key may be given twice.</summary>
    public sealed record Map(SourcePosition Position, IReadOnlyList<(Scalar Key, FileNode Value)> Entries) : FileNode(Position)
    {
        public override string Kind => "a mapping";
    }
}
