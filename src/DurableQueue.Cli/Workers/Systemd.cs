using System.ComponentModel;
using System.Diagnostics;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Workers;

/// <summary>Calls the programs of systemd.</summary>
internal static class Systemd
{
    private const int NotFound = 127;

    /// <returns>The exit code, and what the program wrote: its output or, if there is none, its errors.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
            process.StandardInput.Close();
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, (await output).Trim() is { Length: > 0 } text ? text : (await errors).Trim());
        }
        catch (Win32Exception)
        {
            return (NotFound, $"{program} is not there");
        }
    }

    /// <summary>Calls <c>systemctl --user</c>, which must succeed.</summary>
    /// <exception cref="CliException">It has failed.</exception>
    public static async Task ControlAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var (code, output) = await RunAsync("systemctl", ["--user", .. arguments], cancellationToken);
        if (code != 0)
        {
            throw CliException.WrongState($"'systemctl --user {string.Join(' ', arguments)}' has failed with exit code {code}: {output}");
        }
    }

    /// <summary>Whether the caller's units run without a session of the caller.</summary>
    public static async Task<bool> LingersAsync(CancellationToken cancellationToken) =>
        await RunAsync("loginctl", ["show-user", Environment.UserName, "--property=Linger", "--value"], cancellationToken) is (0, "yes");
}
