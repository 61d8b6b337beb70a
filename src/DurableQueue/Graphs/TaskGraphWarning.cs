namespace DurableQueue;

/// <summary>Something that keeps a submitted graph from running as wide as it could.</summary>
/// <param name="Group">The group it is about.</param>
/// <param name="Message">What is in the way.</param>
/// <param name="Command">The command line of the tool <c>dq</c> that puts it right.</param>
public sealed record TaskGraphWarning(string Group, string Message, string Command)
{
    /// <summary>The message and the command.</summary>
    public override string ToString() => $"{Message}; to fix it: {Command}";
}
