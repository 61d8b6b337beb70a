using System.Text.RegularExpressions;

namespace DurableQueue.Cli.Tasks;

/// <summary>Recognizes commands that never end on their own, so that nothing waits for them forever.</summary>
internal static partial class MonitorPatterns
{
    private static readonly Regex[] Patterns = [Watch(), Tail(), Journal(), Logs(), Kernel(), Files(), Screens(), Loop()];

    public static bool Matches(string command) => Array.Exists(Patterns, pattern => pattern.IsMatch(command));

    // A program name is at the beginning of the line or after a command separator.
    private const string Begin = @"(?:^|[;&|(]|\bthen\b|\bdo\b|\bsudo\b|\bexec\b|\btime\b)\s*(?:\S*/)?";

    private const string Options = @"(?:\s+[^;&|]*?)?\s";

    [GeneratedRegex(Begin + @"watch\s", RegexOptions.CultureInvariant)]
    private static partial Regex Watch();

    [GeneratedRegex(Begin + "tail" + Options + @"(?:-[A-Za-z0-9]*[fF][A-Za-z0-9]*|--follow\S*)(?:\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Tail();

    [GeneratedRegex(Begin + "journalctl" + Options + @"(?:-[A-Za-z0-9]*f[A-Za-z0-9]*|--follow)(?:\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Journal();

    [GeneratedRegex(Begin + @"(?:docker|podman|kubectl|docker-compose)\s+(?:compose\s+)?logs" + Options + @"(?:-[A-Za-z0-9]*f[A-Za-z0-9]*|--follow)(?:\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Logs();

    [GeneratedRegex(Begin + "dmesg" + Options + @"(?:-[A-Za-z]*[wW][A-Za-z]*|--follow\S*)(?:\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Kernel();

    [GeneratedRegex(Begin + "inotifywait" + Options + @"(?:-[A-Za-z]*m[A-Za-z]*|--monitor)(?:\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Files();

    [GeneratedRegex(Begin + @"(?:htop|top(?!\s+-b))(?:\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Screens();

    [GeneratedRegex(@"(?:^|[;&|(]\s*|\s)(?:while|until|for)\s.*\bdo\b.*\bsleep\s.*\bdone\b", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Loop();
}
