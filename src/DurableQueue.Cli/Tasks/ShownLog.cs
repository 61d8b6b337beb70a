namespace DurableQueue.Cli.Tasks;

/// <summary>The end of a task's log.</summary>
/// <param name="Path">The file; <see langword="null"/> if there is none.</param>
/// <param name="Missing">Why there is none.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="FromByte">Where the text begins.</param>
/// <param name="Text">The last lines; bytes that are not UTF-8 are replaced.</param>
internal sealed record ShownLog(string? Path, string? Missing, long Bytes = 0, long FromByte = 0, string Text = "");
