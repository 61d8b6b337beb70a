using System.ComponentModel;
using System.Diagnostics;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;
using DurableQueue.Processes.Linux;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Workers;

/// <summary>Starts the detached worker of a queue. Of several processes that want one at the same time, one starts it, and the others wait for it.</summary>
/// <param name="invocation">The command.</param>
/// <param name="workerArguments">The options of the worker.</param>
/// <param name="environment">The environment of the worker.</param>
/// <param name="unit">Starts the worker if it is installed; <see langword="null"/> for a worker with these options in any case.</param>
internal sealed class DaemonStart(DqInvocation invocation, IReadOnlyList<string> workerArguments, IReadOnlyList<byte[]> environment, UserUnit? unit = null)
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(50);

    private readonly DaemonFiles files = new(invocation.QueuePath);

    /// <summary>Starts a worker that outlives this program and its terminal, unless one is running, and waits until it is registered.</summary>
    /// <returns>The process id, and whether the worker was started by this call.</returns>
    /// <exception cref="CliException">The worker has not started.</exception>
    public Task<(int Pid, bool Started)> StartAsync() =>
        StartAsync(workers => files.FindMain(workers) is { } daemon && IsRegistered(daemon.Pid, workers) ? daemon.Pid : null);

    /// <summary>
    /// The same, unless any worker runs the commands of this group. If the detached worker has other groups, one for this group alone starts beside it: whoever
    /// gave the first one its groups wants them to be run by it.
    /// </summary>
    /// <exception cref="CliException">The worker has not started.</exception>
    public Task<(int Pid, bool Started)> StartAsync(string group) =>
        StartAsync(workers => workers.FirstOrDefault(worker => worker.Serves(CommandTask.TypeName, group))?.ProcessId, group);

    /// <summary>Waits until a detached worker that somebody else starts is registered.</summary>
    /// <returns>The process id; <see langword="null"/> if it has not registered in time.</returns>
    public static async Task<int?> WaitAsync(DqInvocation invocation)
    {
        var queue = await invocation.OpenAsync();
        var files = new DaemonFiles(invocation.QueuePath);
        var began = invocation.Time.GetTimestamp();
        while (invocation.Time.GetElapsedTime(began) < StartWithin)
        {
            var workers = await queue.Inspector.GetWorkersAsync(invocation.Token);
            if (files.FindMain(workers) is { } daemon && IsRegistered(daemon.Pid, workers))
            {
                return daemon.Pid;
            }

            await Task.Delay(ProbePeriod, invocation.Time, invocation.Token);
        }

        return null;
    }

    /// <summary>The command line of a detached worker.</summary>
    /// <param name="queuePath">The queue file.</param>
    /// <param name="detached">The option that says so, with the version if it is known to stay.</param>
    /// <param name="workerArguments">The options of the worker.</param>
    public static IReadOnlyList<string> CommandLine(string queuePath, string detached, IReadOnlyList<string> workerArguments) =>
        [.. ThisProgram(), "--queue", queuePath, "worker", detached, .. workerArguments];

    private async Task<(int Pid, bool Started)> StartAsync(Func<IReadOnlyList<WorkerInfo>, int?> find, string? group = null)
    {
        // Creates the file and its directory, and fails early if they cannot be used.
        var queue = await invocation.OpenAsync();
        var began = invocation.Time.GetTimestamp();
        var logLength = LengthOfLog();
        int? launched = null;
        IDisposable? turn = null;
        try
        {
            while (invocation.Time.GetElapsedTime(began) < StartWithin)
            {
                var workers = await queue.Inspector.GetWorkersAsync(invocation.Token);
                if (find(workers) is { } pid)
                {
                    return (pid, pid == launched);
                }

                if (launched is { } ours)
                {
                    RequireRunning(ours, workers, logLength);
                }
                else if (turn is not null)
                {
                    launched = await LaunchUnlessOneLivesAsync(workers, group);
                }
                else if ((turn = files.TryTakeTurn()) is not null)
                {
                    // Another process may have had the turn and started a worker since the workers were read.
                    continue;
                }

                await Task.Delay(ProbePeriod, invocation.Time, invocation.Token);
            }
        }
        finally
        {
            turn?.Dispose();
        }

        throw NotStarted($"it has not registered within {StartWithin.TotalSeconds:0} s");
    }

    /// <returns>The process id; <see langword="null"/> while a worker is starting or ending.</returns>
    private async Task<int?> LaunchUnlessOneLivesAsync(IReadOnlyList<WorkerInfo> workers, string? group)
    {
        if (files.FindMain(workers) is not { } living)
        {
            return await StartUnitAsync() ?? Launch([]);
        }

        return group is not null && IsRegistered(living.Pid, workers) ? Launch([Daemon.BesideOption, "--group", group]) : null;
    }

    /// <returns>The process id; <see langword="null"/> if there is no unit, or systemd cannot be reached from here.</returns>
    private async Task<int?> StartUnitAsync() =>
        unit is { IsInstalled: true } && await Systemd.RunAsync("systemctl", ["--user", "start", unit.Name], invocation.Token) is (0, _)
            ? await unit.FindProcessAsync(invocation.Token)
            : null;

    private void RequireRunning(int pid, IReadOnlyList<WorkerInfo> workers, long logLength)
    {
        if (HasEnded(pid) && files.FindMain(workers) is null)
        {
            throw NotStarted(LastLineOfLog(logLength) is { Length: > 0 } line ? line : "it has ended");
        }
    }

    private CliException NotStarted(string reason) => new(ExitCode.NoWorker, $"The worker did not start ({reason}); see {files.LogPath}");

    private long LengthOfLog() => File.Exists(files.LogPath) ? new FileInfo(files.LogPath).Length : 0;

    /// <summary>The last line that was written after this length.</summary>
    private string? LastLineOfLog(long from)
    {
        try
        {
            var text = GuardedFile.ReadText(files.LogPath);
            return text[(int)Math.Min(from, text.Length)..].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        }
        catch (Exception e) when (e is IOException or PlaceException)
        {
            return null;
        }
    }

    /// <returns>The process id.</returns>
    private int Launch(IReadOnlyList<string> further)
    {
        var queuePath = invocation.QueuePath;
        var line = CommandLine(queuePath, $"{Daemon.DetachedOption}={DqVersion.Current}", [.. workerArguments, .. further]);
        var directory = Path.GetDirectoryName(queuePath)!;
        if (OperatingSystem.IsLinux())
        {
            return Spawn(line, directory);
        }

        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            CreateNoWindow = true,
            UseShellExecute = false,
            WorkingDirectory = directory,
        };
        using var process = Process.Start(start) ?? throw NotStarted("the system gave no process");
        return process.Id;
    }

    /// <summary>
    /// Only the log is passed on: a process that waits for the end of our output, or for a lock of our caller, must not wait for the worker. The umask is the
    /// caller's, because the commands inherit it.
    /// </summary>
    private int Spawn(IReadOnlyList<string> arguments, string directory)
    {
        try
        {
            using var log = GuardedFile.Open(invocation.QueuePath, files.LogPath, Native.OpenWriteOnly | Native.OpenAppend);
            using var nowhere = Descriptors.Open("/dev/null", Native.OpenReadOnly);
            using var variables = new NativeStrings(environment);
            return Processes.Linux.Spawn.Start(arguments, variables, directory, [(0, nowhere), (1, log), (2, log)]);
        }
        catch (Exception e) when (e is PlaceException or Win32Exception)
        {
            throw new CliException(ExitCode.NoWorker, $"The worker did not start: {e.Message}");
        }
    }

    private static bool IsRegistered(int pid, IReadOnlyList<WorkerInfo> workers) => workers.Any(worker => worker.ProcessId == pid && worker.IsLive);

    private static bool HasEnded(int pid)
    {
        if (OperatingSystem.IsLinux())
        {
            return ProcessStat.Read(pid) is not { HasEnded: false };
        }

        try
        {
            using var process = Process.GetProcessById(pid);
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    /// <summary>The way this program was started: by its launcher, or by <c>dotnet dq.dll</c>.</summary>
    public static string[] ThisProgram()
    {
        var process = Environment.ProcessPath ?? throw CliException.BadInput("The path of this program is not known.");
        return Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [process, Path.Combine(AppContext.BaseDirectory, "dq.dll")]
            : [process];
    }
}
