namespace DurableQueue;

/// <summary>Matches the text of a command with a pattern in which <c>*</c> stands for any characters, also none and line ends.</summary>
internal static class CommandPattern
{
    public const char Any = '*';

    /// <summary>Whether the whole text matches; letter case counts.</summary>
    public static bool Matches(string pattern, string text)
    {
        var parts = pattern.Split(Any);
        var (first, last) = (parts[0], parts[^1]);
        if (parts.Length == 1)
        {
            return pattern == text;
        }

        if (text.Length < first.Length + last.Length || !text.StartsWith(first, StringComparison.Ordinal) || !text.EndsWith(last, StringComparison.Ordinal))
        {
            return false;
        }

        // Each part at its first place behind the one before: no other choice leaves more text for the rest.
        var rest = text.AsSpan(first.Length, text.Length - first.Length - last.Length);
        foreach (var part in parts.AsSpan(1, parts.Length - 2))
        {
            var at = rest.IndexOf(part, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + part.Length)..];
        }

        return true;
    }
}
