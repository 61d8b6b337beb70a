namespace DurableQueue.Processes.Running;

/// <summary>A line of output.</summary>
/// <param name="Text">The line without its end.</param>
/// <param name="Generation">How often the file had begun anew.</param>
/// <param name="Start">The position at which the line begins.</param>
/// <param name="End">The position behind it.</param>
/// <param name="IsOpen">It has no end yet: more may follow.</param>
internal readonly record struct OutputLine(string Text, int Generation, long Start, long End, bool IsOpen = false);
