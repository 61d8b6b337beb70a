using System.Runtime.InteropServices;
using System.Text;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Cli.CommandLine;

/// <summary>
/// What the runtime reads as text may be bytes that are not UTF-8, which it replaces. A task with replaced characters would run something else than
/// what was asked for, and a path with them leads to another file: such input is refused by name.
/// </summary>
internal static partial class ByteText
{
    private const char Replacement = '\uFFFD';
    private const int MaxPath = 64 * 1024;

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

    /// <returns>The value of a variable that names a path; <see langword="null"/> if it is not set.</returns>
    /// <exception cref="CliException">It is not UTF-8: the path would be another one.</exception>
    public static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is not { } value || !OperatingSystem.IsLinux() || RawEnvironment.IsWhole(name, value)
            ? Environment.GetEnvironmentVariable(name)
            : throw CliException.BadInput($"The environment variable '{name}' is '{value}', which holds bytes that are not UTF-8. Name a path without them.");

    /// <param name="directory">Where this program runs, as the runtime reads it.</param>
    /// <exception cref="CliException">Its name is not UTF-8: relative paths would lead elsewhere.</exception>
    public static void CheckWorkingDirectory(string directory)
    {
        if (!OperatingSystem.IsLinux() || !directory.Contains(Replacement, StringComparison.Ordinal))
        {
            return;
        }

        var raw = new byte[MaxPath];
        if (GetWorkingDirectory(raw, raw.Length) == 0 || !RawEnvironment.IsText(raw))
        {
            throw CliException.BadInput(
                $"The name of the current directory, '{directory}', holds bytes that are not UTF-8. Change to another one, or name all paths from the root, with --queue and --working-dir.");
        }
    }

    [LibraryImport("libc", EntryPoint = "getcwd")]
    private static partial nint GetWorkingDirectory([Out] byte[] buffer, nint size);
}
