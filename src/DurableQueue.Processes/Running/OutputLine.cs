namespace DurableQueue.Processes.Running;

/// <summary>A line of output.</summary>
/// <param name="Text">The line without its end.</param>
/// <param name="Place">The position at which it begins; the same each time it is read.</param>
internal readonly record struct OutputLine(string Text, string Place);
