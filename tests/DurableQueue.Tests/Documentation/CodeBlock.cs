namespace DurableQueue.Tests.Documentation;

/// <param name="Language">What stands behind the opening fence.</param>
/// <param name="Code">What stands between the fences.</param>
/// <param name="FirstLine">The line of the page on which the code begins, from 1.</param>
internal sealed record CodeBlock(string Language, string Code, int FirstLine);
