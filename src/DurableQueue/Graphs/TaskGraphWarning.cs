namespace DurableQueue;

/// <summary>A reason why a submitted graph can't run with its full parallelism.</summary>
/// <param name="Group">The group.</param>
/// <param name="Message">The reason.</param>
/// <param name="Command">The <c>dq</c> command that fixes it. In code, use <see cref="ITaskGroups"/>.</param>
public sealed record TaskGraphWarning(string Group, string Message, string Command)
{
    /// <summary>Returns the message, and how to fix it in code or with the command.</summary>
    public override string ToString() => $"{Message}; to fix it, use {nameof(ITaskGroups)} or run: {Command}";
}
