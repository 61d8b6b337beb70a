namespace DurableQueue.Processes;

/// <summary>One thing that is wrong with a graph file.</summary>
/// <param name="File">The file's name as it was given.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">The character in the line, from 1.</param>
/// <param name="Message">What is wrong there.</param>
public sealed record TaskGraphFileError(string File, int Line, int Column, string Message)
{
    /// <summary><c>file:line:column: message</c>, as compilers write it.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}
