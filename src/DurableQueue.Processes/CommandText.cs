namespace DurableQueue.Processes;

/// <summary>A command as people read it.</summary>
internal static class CommandText
{
    public static string Of(CommandTask command) => command.CommandLine ?? string.Join(' ', (command.Arguments ?? []).Select(Quote));

    /// <summary>As a POSIX shell would have to read it.</summary>
    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "_-+=/.,:@%^".Contains(c, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
