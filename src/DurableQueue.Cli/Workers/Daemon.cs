using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes.Linux;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Workers;

/// <summary>Starts, finds and stops the detached worker of a queue.</summary>
internal static partial class Daemon
{
    /// <summary>Internal option that tells a worker that it was started detached.</summary>
    public const string DetachedOption = "--detached";

    private const int Terminate = 15;
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>Starts a worker that outlives this program and its terminal, and waits until it is registered.</summary>
    /// <returns>The process id, and whether the worker was started by this call.</returns>
    public static async Task<(int Pid, bool Started)> StartAsync(DqInvocation invocation, IReadOnlyList<string> workerArguments)
    {
        // Creates the file and its directory, and fails early if they cannot be used.
        var queue = await invocation.OpenAsync();
        var files = new DaemonFiles(invocation.QueuePath);
        if (files.FindLiving(await queue.Inspector.GetWorkersAsync(invocation.Token)) is { } living)
        {
            return (living.Pid, false);
        }

        var started = Launch(invocation.QueuePath, files.LogPath, workerArguments);
        var began = invocation.Time.GetTimestamp();
        while (invocation.Time.GetElapsedTime(began) < StartWithin)
        {
            var workers = await queue.Inspector.GetWorkersAsync(invocation.Token);
            if (files.FindLiving(workers) is { } daemon && workers.Any(worker => worker.ProcessId == daemon.Pid && worker.IsLive))
            {
                return (daemon.Pid, true);
            }

            if (HasEnded(started))
            {
                break;
            }

            await Task.Delay(ProbePeriod, invocation.Time, invocation.Token);
        }

        throw new CliException(ExitCode.NoWorker, $"The worker did not start; see {files.LogPath}");
    }

    /// <summary>Asks the detached worker to stop and waits until it has.</summary>
    /// <returns>The process id; <see langword="null"/> if no worker was running.</returns>
    public static async Task<int?> StopAsync(DqInvocation invocation)
    {
        var queue = await invocation.OpenAsync();
        var files = new DaemonFiles(invocation.QueuePath);
        if (files.FindLiving(await queue.Inspector.GetWorkersAsync(invocation.Token)) is not { } living)
        {
            return null;
        }

        if (OperatingSystem.IsWindows())
        {
            using var process = Process.GetProcessById(living.Pid);
            process.Kill();
        }
        else
        {
            _ = SendSignal(living.Pid, Terminate);
        }

        var asked = invocation.Time.GetTimestamp();
        while (files.FindLiving(await queue.Inspector.GetWorkersAsync(invocation.Token)) is { Pid: var pid } && pid == living.Pid)
        {
            if (invocation.Time.GetElapsedTime(asked) > StopWithin)
            {
                throw new TimeoutException($"The worker (pid {living.Pid}) has not ended within {StopWithin.TotalSeconds:0} s.");
            }

            await Task.Delay(ProbePeriod, invocation.Time, invocation.Token);
        }

        return living.Pid;
    }

    /// <summary>Leaves the terminal and the process group of the caller.</summary>
    public static void Detach()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = StartSession();
        }
    }

    /// <summary>The version of a detached worker of this queue, from its command line.</summary>
    /// <returns><see langword="null"/> if the process is not such a worker, or its command line cannot be read.</returns>
    public static string? VersionOf(int pid, string queuePath)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var arguments = ProcessStat.ReadArguments(pid);
        for (var i = 0; i + 3 < arguments.Count; i++)
        {
            if (arguments[i] == "--queue" && arguments[i + 1] == queuePath && arguments[i + 2] == "worker" && arguments[i + 3].StartsWith(DetachedOption, StringComparison.Ordinal))
            {
                return arguments[i + 3].Split('=') is [_, var version] ? version : "0.0.0";
            }
        }

        return null;
    }

    /// <returns>The process id.</returns>
    private static int Launch(string queuePath, string logPath, IReadOnlyList<string> workerArguments)
    {
        string[] program = ThisProgram();
        string[] arguments = ["--queue", queuePath, "worker", $"{DetachedOption}={DqVersion.Current}", .. workerArguments];
        var directory = Path.GetDirectoryName(queuePath)!;
        if (OperatingSystem.IsLinux())
        {
            return Spawn(queuePath, logPath, [.. program, .. arguments], directory);
        }

        var start = new ProcessStartInfo(program[0], [.. program[1..], .. arguments])
        {
            CreateNoWindow = true,
            UseShellExecute = false,
            WorkingDirectory = directory,
        };
        using var process = Process.Start(start) ?? throw new CliException(ExitCode.NoWorker, "The worker did not start.");
        return process.Id;
    }

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

    /// <summary>
    /// Only the log is passed on: a process that waits for the end of our output, or for a lock of our caller, must not wait for the worker. The umask is the
    /// caller's, because the commands inherit it.
    /// </summary>
    private static int Spawn(string queuePath, string logPath, IReadOnlyList<string> arguments, string directory)
    {
        try
        {
            using var log = GuardedFile.Open(queuePath, logPath, Native.OpenWriteOnly | Native.OpenAppend);
            using var nowhere = Descriptors.Open("/dev/null", Native.OpenReadOnly);
            using var environment = new NativeStrings(CommandEnvironment.All());
            return Processes.Linux.Spawn.Start(arguments, environment, directory, [(0, nowhere), (1, log), (2, log)]);
        }
        catch (Exception e) when (e is PlaceException or Win32Exception)
        {
            throw new CliException(ExitCode.NoWorker, $"The worker did not start: {e.Message}");
        }
    }

    /// <summary>The way this program was started: by its launcher, or by <c>dotnet dq.dll</c>.</summary>
    private static string[] ThisProgram()
    {
        var process = Environment.ProcessPath ?? throw CliException.BadInput("The path of this program is not known.");
        return Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [process, Path.Combine(AppContext.BaseDirectory, "dq.dll")]
            : [process];
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int StartSession();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
