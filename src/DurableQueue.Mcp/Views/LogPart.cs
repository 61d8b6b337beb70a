namespace DurableQueue.Mcp.Views;

/// <summary>A part of a log.</summary>
/// <param name="Text">As <see cref="PlainText"/> shows it.</param>
/// <param name="From">The first byte of it.</param>
/// <param name="Next">The byte after it.</param>
/// <param name="Total">The length of the log.</param>
internal readonly record struct LogPart(string Text, long From, long Next, long Total);
