using System.ComponentModel;
using System.Diagnostics;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Dashboards;

/// <summary>The user's browser.</summary>
internal static class Browser
{
    /// <summary>Opens a file without waiting.</summary>
    /// <returns>Why that does not work; <see langword="null"/> if it does.</returns>
    public static string? Open(string path)
    {
        var program = OperatingSystem.IsWindows() ? "explorer" : OperatingSystem.IsMacOS() ? "open" : "xdg-open";
        try
        {
            // Its output is no part of ours.
            var start = new ProcessStartInfo(program, [new Uri(path).AbsoluteUri]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start);
            process?.StandardInput.Close();
            return null;
        }
        catch (Exception e) when (Failures.IsKnown(e) || e is Win32Exception)
        {
            return $"No browser was opened: {program} did not start. Open the address yourself.";
        }
    }
}
