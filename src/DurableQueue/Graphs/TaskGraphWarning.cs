namespace DurableQueue;

/// <summary>A reason why a submitted graph can't run with its full parallelism.</summary>
/// <param name="Group">The group.</param>
/// <param name="Message">The reason.</param>
/// <param name="Command">The <c>dq</c> command that fixes it.</param>
public sealed record TaskGraphWarning(string Group, string Message, string Command)
{
    /// <summary>Returns the message and the command.</summary>
    public override string ToString() => $"{Message}; to fix it: {Command}";
}
