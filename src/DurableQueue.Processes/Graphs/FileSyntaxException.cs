namespace DurableQueue.Processes.Graphs;

/// <summary>The text is not valid in its format. Nothing after the position was read.</summary>
internal sealed class FileSyntaxException(SourcePosition position, string message) : Exception(message)
{
    public SourcePosition Position { get; } = position;
}
