namespace DurableQueue.Processes;

/// <summary>One error in a graph file.</summary>
/// <param name="File">The name of the file, as it was passed in.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The character within the line, from 1.</param>
/// <param name="Message">What is wrong.</param>
public sealed record TaskGraphFileError(string File, int Line, int Column, string Message)
{
    /// <summary><c>file:line:column: message</c>, the format that compilers use.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}
