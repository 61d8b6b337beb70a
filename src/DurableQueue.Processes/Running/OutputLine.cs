namespace DurableQueue.Processes.Running;

/// <summary>A line of output.</summary>
/// <param name="Text">Without its end.</param>
/// <param name="Place">Where it begins: the same at every reading.</param>
internal readonly record struct OutputLine(string Text, string Place);
