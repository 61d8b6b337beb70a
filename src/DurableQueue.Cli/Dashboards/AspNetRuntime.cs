using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Dashboards;

/// <summary>Finds the runtime of ASP.NET Core, which dq itself does without.</summary>
internal static class AspNetRuntime
{
    private const string Framework = "Microsoft.AspNetCore.App";

    private static readonly string[] RootVariables = [$"DOTNET_ROOT_{RuntimeInformation.ProcessArchitecture.ToString().ToUpperInvariant()}", "DOTNET_ROOT"];

    private static string ProgramName => OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

    /// <returns>The path of <c>dotnet</c>.</returns>
    /// <exception cref="CliException">It is not installed; the message says what to install.</exception>
    public static string FindDotnet()
    {
        var roots = Roots().Distinct(StringComparer.Ordinal).ToList();
        return roots.Where(HasFramework).Select(root => Path.Combine(root, ProgramName)).FirstOrDefault()
            ?? throw CliException.WrongState(
                $"The dashboard needs the runtime of ASP.NET Core {Environment.Version.Major}, which is not in {string.Join(" or ", roots)}. Install it: the package "
                + $"aspnetcore-runtime-{Environment.Version.Major}.0 of your system, or see https://aka.ms/dotnet/download. No other command of dq needs it.");
    }

    /// <summary>The variable alone if it is set, as all programs of .NET do it; otherwise all places where it may be.</summary>
    private static IEnumerable<string> Roots() =>
        RootVariables.Select(ByteText.Variable).FirstOrDefault(value => value is { Length: > 0 }) is { } named ? [Path.GetFullPath(named)] : [.. Own(), .. OnPath(), .. Usual()];

    /// <summary>The runtime that this program runs on, unless it is native.</summary>
    private static IEnumerable<string> Own() =>
        RuntimeFeature.IsDynamicCodeSupported ? [Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."))] : [];

    private static IEnumerable<string> OnPath()
    {
        foreach (var folder in (ByteText.Variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            // Often a link into the folder of the runtime.
            if (Path.IsPathRooted(folder) && new FileInfo(Path.Combine(folder, ProgramName)) is { Exists: true } program)
            {
                yield return Path.GetDirectoryName((program.ResolveLinkTarget(returnFinalTarget: true) ?? program).FullName)!;
            }
        }
    }

    private static IEnumerable<string> Usual()
    {
        if (OperatingSystem.IsWindows())
        {
            yield return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet");
            yield break;
        }

        const string installed = "/etc/dotnet/install_location";
        if (File.Exists(installed) && File.ReadLines(installed).FirstOrDefault() is ['/', ..] location)
        {
            yield return location.Trim();
        }

        yield return OperatingSystem.IsMacOS() ? "/usr/local/share/dotnet" : "/usr/share/dotnet";
        if (OperatingSystem.IsLinux())
        {
            yield return "/usr/lib/dotnet";
        }

        if (UserPath.Folder("HOME", Environment.SpecialFolder.UserProfile) is { } home)
        {
            yield return Path.Combine(home, ".dotnet");
        }
    }

    private static bool HasFramework(string root)
    {
        var versions = Path.Combine(root, "shared", Framework);
        return File.Exists(Path.Combine(root, ProgramName)) && Directory.Exists(versions) && Directory.EnumerateDirectories(versions, $"{Environment.Version.Major}.*").Any();
    }
}
