namespace DurableQueue.Processes;

/// <summary>Formats a command as one line.</summary>
internal static class CommandText
{
    public static string Of(CommandTask command) => command.CommandLine ?? string.Join(' ', (command.Arguments ?? []).Select(Quote));

    /// <summary>Quotes for a POSIX shell.</summary>
    public static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "_-+=/.,:@%^".Contains(c, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
