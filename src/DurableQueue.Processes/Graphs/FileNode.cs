namespace DurableQueue.Processes.Graphs;

/// <summary>A value of a file, YAML or JSON, with its place.</summary>
internal abstract record FileNode(SourcePosition Place)
{
    /// <summary>How deep values may lie in each other.</summary>
    public const int MaxDepth = 64;

    /// <summary>What it is, for errors.</summary>
    public abstract string Kind { get; }

    /// <param name="Place">Where it begins.</param>
    /// <param name="Text">As written, without quotes.</param>
    /// <param name="Type">What the format takes it for.</param>
    public sealed record Scalar(SourcePosition Place, string Text, ScalarType Type) : FileNode(Place)
    {
        public override string Kind => Type switch
        {
            ScalarType.Null => "nothing",
            ScalarType.Boolean => $"the value {Text}",
            ScalarType.Number => $"the number {Text}",
            _ => "a text",
        };
    }

    public sealed record List(SourcePosition Place, IReadOnlyList<FileNode> Items) : FileNode(Place)
    {
        public override string Kind => "a list";
    }

    /// <summary>Keys with values in the order of the file. A key may come twice.</summary>
    public sealed record Map(SourcePosition Place, IReadOnlyList<(Scalar Key, FileNode Value)> Entries) : FileNode(Place)
    {
        public override string Kind => "a mapping";
    }
}
