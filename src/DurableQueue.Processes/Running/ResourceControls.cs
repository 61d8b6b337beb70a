using System.ComponentModel;
using System.Globalization;
using DurableQueue.Processes.Linux;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>
/// Builds the prefix that limits a command's resources with systemd, nice and ionice. Each program is tried once; one that does not work is left out with one
/// warning and never fails a command.
/// </summary>
internal sealed class ResourceControls(ExitWatch exits, IReadOnlyList<byte[]> inherited, bool enabled, MissingControls missing, TimeProvider time, ILogger log)
{
    /// <summary>The programs that are used.</summary>
    public static readonly IReadOnlyList<string> Programs = ["systemd-run", "nice", "ionice"];

    private static readonly TimeSpan TrialTime = TimeSpan.FromSeconds(5);
    private static readonly string[] Places = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];

    private readonly Lock sync = new();
    private readonly Dictionary<string, Task<string?>> tried = [];

    /// <summary>Whether the command asks for what only systemd can do.</summary>
    public static bool NeedsSystemd(CommandTask command) => command is not { CpuWeight: null, IoWeight: null, MemoryMaxBytes: null };

    /// <returns>The words before the command; empty if it asks for nothing, or nothing works.</returns>
    public async ValueTask<IReadOnlyList<string>> PrefixAsync(CommandTask command)
    {
        if ((!NeedsSystemd(command) && command is { Nice: null, IoNice: null }) || !enabled)
        {
            return [];
        }

        var prefix = new List<string>();
        if (NeedsSystemd(command))
        {
            await AddSystemdAsync(prefix, command).ConfigureAwait(false);
        }

        if (command.Nice is { } nice && await FindAsync("nice", "-n", "1").ConfigureAwait(false) is { } niceProgram)
        {
            prefix.AddRange([niceProgram, "-n", Text(nice)]);
        }

        if (command.IoNice is { } level && await FindAsync("ionice", "-t", "-c", "2", "-n", "7").ConfigureAwait(false) is { } ioniceProgram)
        {
            prefix.AddRange(level == 8 ? [ioniceProgram, "-t", "-c", "3"] : [ioniceProgram, "-t", "-c", "2", "-n", Text(level)]);
        }

        return prefix;
    }

    private async Task AddSystemdAsync(List<string> prefix, CommandTask command)
    {
        string[] scope = ["--user", "--scope", "--quiet", "--collect"];
        if (await FindAsync("systemd-run", [.. scope, "-p", "CPUWeight=100", "-p", "IOWeight=100", "-p", "MemoryMax=1G"]).ConfigureAwait(false) is not { } program)
        {
            return;
        }

        prefix.AddRange([program, .. scope]);
        if (command.CpuWeight is { } weight)
        {
            prefix.AddRange(["-p", $"CPUWeight={Text(weight)}"]);
        }

        if (command.IoWeight is { } ioWeight)
        {
            prefix.AddRange(["-p", $"IOWeight={Text(ioWeight)}"]);
        }

        if (command.MemoryMaxBytes is { } memory)
        {
            prefix.AddRange(["-p", $"MemoryMax={Text(memory)}"]);
        }

        prefix.Add("--");
    }

    private Task<string?> FindAsync(string program, params string[] arguments)
    {
        lock (sync)
        {
            if (!tried.TryGetValue(program, out var trial))
            {
                tried[program] = trial = TryAsync(program, arguments);
            }

            return trial;
        }
    }

    /// <returns>Its path; <see langword="null"/> if it does not work on this system.</returns>
    private async Task<string?> TryAsync(string program, IReadOnlyList<string> arguments)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(Places)
            .Select(place => Path.Combine(place, program)).FirstOrDefault(File.Exists);
        var works = path is not null && await WorksAsync([path, .. arguments, "/bin/sh", "-c", ":"]).ConfigureAwait(false);
        missing.Set(program, works);
        if (works)
        {
            return path;
        }

        log.ControlMissing(program);
        return null;
    }

    private async Task<bool> WorksAsync(IReadOnlyList<string> arguments)
    {
        try
        {
            using var environment = new NativeStrings(inherited);
            using var nowhere = Descriptors.Open("/dev/null", Native.OpenReadWrite);
            var pid = Spawn.Start(arguments, environment, null, [(0, nowhere), (1, nowhere), (2, nowhere)]);
            var ended = exits.WatchAsync(pid);
            try
            {
                return await ended.WaitAsync(TrialTime, time).ConfigureAwait(false) == 0;
            }
            catch (TimeoutException)
            {
                _ = Native.Kill(-pid, CommandSignals.Kill);
                return false;
            }
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
