using System.Diagnostics;
using System.Runtime.InteropServices;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Cli.Workers;

/// <summary>Finds and stops the detached worker of a queue.</summary>
internal static partial class Daemon
{
    /// <summary>Internal option that tells a worker that it was started detached.</summary>
    public const string DetachedOption = "--detached";

    /// <summary>Internal option of a detached worker that runs beside the one that other groups have.</summary>
    public const string BesideOption = "--beside";

    private const int Terminate = 15;
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks the detached workers to stop, one after the other, and waits until they have.</summary>
    /// <returns>The process ids; empty if none was running.</returns>
    public static async Task<IReadOnlyList<int>> StopAsync(DqInvocation invocation)
    {
        var stopped = new List<int>();
        while (await StopOneAsync(invocation) is { } pid)
        {
            stopped.Add(pid);
        }

        return stopped;
    }

    private static async Task<int?> StopOneAsync(DqInvocation invocation)
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

    /// <summary>Whether a process is a detached worker of single groups, which runs beside that of the others.</summary>
    public static bool IsBeside(int pid) => OperatingSystem.IsLinux() && ProcessStat.ReadArguments(pid).Contains(BesideOption);

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int StartSession();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
