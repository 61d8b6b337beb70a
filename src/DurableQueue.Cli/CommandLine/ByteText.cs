using System.Runtime.InteropServices;
using System.Text;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Cli.CommandLine;

/// <summary>
/// The runtime replaces bytes that are not UTF-8 when it reads text. A task with replaced characters would run something else than was asked for, and a path
/// with them would lead to another file, so such input is refused.
/// </summary>
internal static partial class ByteText
{
    private const char Replacement = '\uFFFD';
    private const int MaxPath = 64 * 1024;

    /// <exception cref="CliException">An argument of this program is not valid UTF-8.</exception>
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
                throw CliException.BadInput($"The argument '{Encoding.UTF8.GetString(raw.AsSpan(range))}' contains bytes that are not UTF-8, which a task cannot store.");
            }
        }
    }

    /// <returns>The value of a variable that names a path; <see langword="null"/> if it is not set.</returns>
    /// <exception cref="CliException">The value is not UTF-8 and would name another path.</exception>
    public static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is not { } value || !OperatingSystem.IsLinux() || RawEnvironment.IsWhole(name, value)
            ? Environment.GetEnvironmentVariable(name)
            : throw CliException.BadInput($"The environment variable '{name}' is '{value}', which contains bytes that are not UTF-8. Use a path without them.");

    /// <param name="directory">The working directory, as the runtime reads it.</param>
    /// <exception cref="CliException">Its name is not UTF-8, so relative paths would lead elsewhere.</exception>
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
                $"The name of the current directory, '{directory}', contains bytes that are not UTF-8. Change to another directory, or give absolute paths with --queue and --working-dir.");
        }
    }

    [LibraryImport("libc", EntryPoint = "getcwd")]
    private static partial nint GetWorkingDirectory([Out] byte[] buffer, nint size);
}
