using System.Text;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Cli.CommandLine;

/// <summary>
/// What the runtime reads as text may be bytes that are not UTF-8, which it replaces. A task with replaced characters would run something else than
/// what was asked for: such input is refused by name.
/// </summary>
internal static class ByteText
{
    private const char Replacement = '\uFFFD';

    /// <exception cref="CliException">An argument of this program is not UTF-8.</exception>
    public static void CheckArguments(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || !arguments.Any(argument => argument.Contains(Replacement, StringComparison.Ordinal)))
        {
            return;
        }

        var raw = File.ReadAllBytes("/proc/self/cmdline");
        foreach (var range in raw.AsSpan().Split((byte)0))
        {
            if (!RawEnvironment.IsText(raw.AsSpan(range)))
            {
                throw CliException.BadInput($"The argument '{Encoding.UTF8.GetString(raw.AsSpan(range))}' holds bytes that are not UTF-8, which a task cannot store.");
            }
        }
    }

    /// <returns>Where this program runs.</returns>
    /// <exception cref="CliException">The name of the directory is not UTF-8.</exception>
    public static string CurrentDirectory()
    {
        var directory = UserPath.WorkingDirectory;
        return directory.Contains(Replacement, StringComparison.Ordinal) && !Directory.Exists(directory)
            ? throw CliException.BadInput($"The name of the current directory, '{directory}', holds bytes that are not UTF-8, which a task cannot store. Give another one with --working-dir.")
            : directory;
    }
}
