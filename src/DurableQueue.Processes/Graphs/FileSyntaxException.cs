namespace DurableQueue.Processes.Graphs;

/// <summary>The text is not what its format asks for; nothing behind the place is looked at.</summary>
internal sealed class FileSyntaxException(SourcePosition place, string message) : Exception(message)
{
    public SourcePosition Place { get; } = place;
}
