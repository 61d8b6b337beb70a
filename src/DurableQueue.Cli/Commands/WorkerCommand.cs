using System.CommandLine;
using System.Globalization;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;
using DurableQueue.Processes.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace DurableQueue.Cli.Commands;

internal static class WorkerCommand
{
    /// <summary>The most that a worker supports; the limits of groups are usually far lower.</summary>
    private const int NoLimit = 10_000;

    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan FileProbePeriod = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var concurrency = Values.Number("--concurrency", "Run at most N commands at once. Default: limited only by the groups.", "-c");
        var groups = Values.Groups("Only tasks of this group. Repeatable. Default: all groups.");
        var onRestart = new Option<CommandRestart>("--on-restart")
        {
            Description = "What to do with commands left running by a worker that is gone: adopt them, kill them, or kill and rerun them.",
            HelpName = "adopt|kill|rerun",
        };
        var shell = Values.Text("--shell", "The shell for command lines, such as 'bash -c'. Default: /bin/sh -c.", "LINE");
        var daemon = Values.Flag("--daemon", "Run detached, with a pid file and a log beside the queue file.", "-d");
        var stop = Values.Flag("--stop", "Stop the detached worker. Running commands continue, and the next worker takes them over.");
        var detached = new Option<string?>(Daemon.DetachedOption) { Hidden = true };
        return new Command("worker", "Run the commands of the queue until stopped.")
            .With(concurrency, groups, onRestart, shell, daemon, stop, detached)
            .WithAction(async invocation =>
            {
                if (invocation.Get(stop))
                {
                    return await StopAsync(invocation);
                }

                SafeQueues.RequireForWorker(invocation.QueuePath);
                invocation.RequireSettings();
                if (invocation.Get(daemon))
                {
                    List<string> arguments = ["--on-restart", $"{invocation.Get(onRestart)}"];
                    if (invocation.Get(concurrency) is { } most)
                    {
                        arguments.AddRange(["--concurrency", most.ToString(CultureInfo.InvariantCulture)]);
                    }

                    if (invocation.Get(shell) is { } line)
                    {
                        arguments.AddRange(["--shell", line]);
                    }

                    arguments.AddRange((invocation.Get(groups) ?? []).SelectMany(group => new[] { "--group", group }));
                    var (pid, started) = await new DaemonStart(invocation, arguments, CommandEnvironment.All()).StartAsync();
                    Report(invocation, pid, started);
                    return ExitCode.Done;
                }

                return await RunAsync(
                    invocation, invocation.Get(concurrency) ?? NoLimit, invocation.Get(groups), invocation.Get(onRestart), invocation.Get(shell), invocation.Get(detached) is not null);
            });
    }

    public static void Report(DqInvocation invocation, int pid, bool started)
    {
        invocation.Output.Say(started
            ? $"A worker was started (pid {pid}, log {new DaemonFiles(invocation.QueuePath).LogPath})."
            : $"A worker is already running (pid {pid}).");
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteNumber("pid", pid);
                json.WriteBoolean("started", started);
                json.WriteString("log", new DaemonFiles(invocation.QueuePath).LogPath);
            });
        }
    }

    private static async Task<int> StopAsync(DqInvocation invocation)
    {
        var pid = await Daemon.StopAsync(invocation) ?? throw CliException.WrongState("No detached worker is running for this queue.");
        invocation.Output.Say($"The worker (pid {pid}) has ended.");
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteNumber("pid", pid);
                json.WriteBoolean("stopped", true);
            });
        }

        return ExitCode.Done;
    }

    private static async Task<int> RunAsync(DqInvocation invocation, int concurrency, string[]? groups, CommandRestart onRestart, string? shell, bool detached)
    {
        if (detached)
        {
            Daemon.Detach();
        }

        using var held = detached ? await HoldPidFileAsync(invocation) : null;

        // The start of a detached worker is marked by the process that starts it.
        using var starting = detached ? null : new DaemonFiles(invocation.QueuePath).MarkStarting();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd HH:mm:ss ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddDurableQueue(queue => queue
            .UseSqlite(invocation.QueuePath, options => options with { NewGroups = invocation.NewGroups })
            .AddCommands(commands =>
            {
                commands.RestartPolicy = onRestart;
                commands.LogDirectory = invocation.Files.HasOwnDirectory ? invocation.Files.LogDirectory : null;
                if (shell is not null)
                {
                    commands.Shell = shell.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                }
            })
            .AddWorker(worker =>
            {
                worker.Concurrency = concurrency;
                worker.Groups = groups is { Length: > 0 } ? groups : null;

                // Commands outlive their worker, so there is nothing to wait for.
                worker.ShutdownTimeout = TimeSpan.Zero;
            }));
        using var host = builder.Build();
        await host.StartAsync(invocation.Token);
        await WaitUntilRegisteredAsync(invocation);
        starting?.Dispose();
        invocation.Output.Say($"The worker of {invocation.QueuePath} is running (pid {Environment.ProcessId}).");
        var lost = await WithRetentionAsync(invocation, WaitUntilStoppedAsync);
        await host.StopAsync(CancellationToken.None);
        return lost ? ExitCode.QueueUnusable : ExitCode.Done;
    }

    private static async Task<bool> WithRetentionAsync(DqInvocation invocation, Func<DqInvocation, Task<bool>> wait)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(invocation.Token);
        var retention = new LogRetention(invocation).RunAsync(stop.Token);
        var lost = await wait(invocation);
        await stop.CancelAsync();
        await retention.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return lost;
    }

    /// <summary>Waits until the worker is told to stop, or the files of its queue are gone; the queue logs that.</summary>
    /// <returns>Whether they are gone.</returns>
    private static async Task<bool> WaitUntilStoppedAsync(DqInvocation invocation)
    {
        var queue = await invocation.OpenAsync();
        try
        {
            while (true)
            {
                try
                {
                    await queue.Inspector.GetWorkersAsync(invocation.Token);
                }
                catch (QueueStorageException e) when (e.Error != QueueStorageError.Lost)
                {
                    // It is logged, and may be temporary.
                }

                await Task.Delay(FileProbePeriod, invocation.Time, invocation.Token);
            }
        }
        catch (QueueStorageException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits until the worker is registered, so that 'dq run' and 'dq doctor' find it.</summary>
    private static async Task WaitUntilRegisteredAsync(DqInvocation invocation)
    {
        var queue = await invocation.OpenAsync();
        while (!(await queue.Inspector.GetWorkersAsync(invocation.Token)).Any(worker => worker.ProcessId == Environment.ProcessId && worker.IsLive))
        {
            await Task.Delay(ProbePeriod, invocation.Time, invocation.Token);
        }
    }

    private static async Task<IDisposable> HoldPidFileAsync(DqInvocation invocation)
    {
        var files = new DaemonFiles(invocation.QueuePath);
        try
        {
            return await files.HoldAsync(invocation.Time, invocation.Token);
        }
        catch (IOException)
        {
            throw CliException.WrongState($"Another detached worker holds {files.PidPath}");
        }
    }
}
