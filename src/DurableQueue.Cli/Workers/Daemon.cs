using System.Diagnostics;
using System.Runtime.InteropServices;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Workers;

/// <summary>Starts, finds and ends the detached worker of a queue.</summary>
internal static partial class Daemon
{
    /// <summary>The option by which the worker that was started detached knows it; nobody needs to type it.</summary>
    public const string DetachedOption = "--detached";

    private const int Terminate = 15;
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Starts a worker that outlives this program and its terminal, and waits until the queue knows it.</summary>
    /// <returns>Its process id, and whether it was started now.</returns>
    public static async Task<(int Pid, bool Started)> StartAsync(Invocation invocation, IReadOnlyList<string> workerArguments)
    {
        // Makes the file and its directory, and says at once if they cannot be used.
        var queue = await invocation.OpenAsync();
        var files = new DaemonFiles(invocation.QueuePath);
        if (files.FindLiving() is { } living)
        {
            return (living.Pid, false);
        }

        using var process = Launch(invocation.QueuePath, files.LogPath, workerArguments);
        var started = invocation.Time.GetTimestamp();
        while (invocation.Time.GetElapsedTime(started) < StartWithin)
        {
            var workers = await queue.Inspector.GetWorkersAsync(invocation.Token);
            if (files.FindLiving() is { } daemon && workers.Any(worker => worker.ProcessId == daemon.Pid && worker.IsLive))
            {
                return (daemon.Pid, true);
            }

            if (process.HasExited)
            {
                break;
            }

            await Task.Delay(LookEvery, invocation.Time, invocation.Token);
        }

        throw new CliException(ExitCode.NoWorker, $"The worker did not start; see {files.LogPath}");
    }

    /// <summary>Asks the detached worker to end, and waits until it has.</summary>
    /// <returns>Its process id; <see langword="null"/> if there was none.</returns>
    public static async Task<int?> StopAsync(Invocation invocation)
    {
        var files = new DaemonFiles(invocation.QueuePath);
        if (files.FindLiving() is not { } living)
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
        while (files.FindLiving() is { Pid: var pid } && pid == living.Pid)
        {
            if (invocation.Time.GetElapsedTime(asked) > StopWithin)
            {
                throw new TimeoutException($"The worker (pid {living.Pid}) has not ended within {StopWithin.TotalSeconds:0} s.");
            }

            await Task.Delay(LookEvery, invocation.Time, invocation.Token);
        }

        return living.Pid;
    }

    /// <summary>Leaves the terminal and the process group of whoever started it.</summary>
    public static void Detach()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = StartSession();
        }
    }

    private static Process Launch(string queuePath, string logPath, IReadOnlyList<string> workerArguments)
    {
        string[] program = ThisProgram();
        string[] arguments = ["--queue", queuePath, "worker", DetachedOption, .. workerArguments];
        ProcessStartInfo start;
        if (OperatingSystem.IsWindows())
        {
            start = new ProcessStartInfo(program[0]) { CreateNoWindow = true, UseShellExecute = false };
            arguments = [.. program[1..], .. arguments];
        }
        else
        {
            // The shell only redirects: whoever waits for the end of our output must not wait for the worker's.
            start = new ProcessStartInfo("/bin/sh");
            arguments = ["-c", "umask 077; log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", logPath, .. program, .. arguments];
        }

        start.WorkingDirectory = Path.GetDirectoryName(queuePath)!;
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new CliException(ExitCode.NoWorker, "The worker did not start.");
    }

    /// <summary>As it was started: by its own launcher, or by <c>dotnet dq.dll</c>.</summary>
    private static string[] ThisProgram()
    {
        var process = Environment.ProcessPath ?? throw CliException.BadInput("This program does not know where it is.");
        return Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [process, Path.Combine(AppContext.BaseDirectory, "dq.dll")]
            : [process];
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int StartSession();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
