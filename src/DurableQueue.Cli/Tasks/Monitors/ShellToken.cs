namespace DurableQueue.Cli.Tasks.Monitors;

/// <summary>A word of a shell line, or an operator between words. Redirections are left out.</summary>
/// <param name="Text">The word without its quotes, or the operator; the end of a line is <c>;</c>.</param>
/// <param name="IsOperator">It is an operator.</param>
/// <param name="IsQuoted">A part of the word was quoted, so that it is no keyword.</param>
internal readonly record struct ShellToken(string Text, bool IsOperator, bool IsQuoted)
{
    public bool IsOperatorOf(string text) => IsOperator && Text == text;

    public bool IsKeyword(string text) => !IsOperator && !IsQuoted && Text == text;
}
