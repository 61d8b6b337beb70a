using System.CommandLine;
using System.Globalization;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Commands.Workers;

internal static class WorkerCommand
{
    /// <summary>The most that a worker supports; the limits of groups are usually far lower.</summary>
    private const int NoLimit = 10_000;

    private const string IdleEndOption = "--idle-end";

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
        var idleEnd = Values.Duration(IdleEndOption, "End when there has been nothing to do for this long. Default: never.");
        var install = Values.Flag("--install", "Install a systemd unit of your user that runs the worker, and start it. Say again to change its options.");
        var uninstall = Values.Flag("--uninstall", "Stop and remove that unit. Running commands continue.");
        var detached = new Option<string?>(Daemon.DetachedOption) { Hidden = true, Arity = ArgumentArity.ZeroOrOne };
        var beside = new Option<bool>(Daemon.BesideOption) { Hidden = true, Arity = ArgumentArity.Zero };
        return new Command("worker", "Run the commands of the queue until stopped.")
            .With(concurrency, groups, onRestart, shell, idleEnd, daemon, stop, install, uninstall, detached, beside)
            .WithAction(async invocation =>
            {
                if (new[] { daemon, stop, install, uninstall }.Count(invocation.Get) > 1)
                {
                    throw CliException.BadInput("Give only one of --daemon, --stop, --install and --uninstall.");
                }

                if (invocation.Get(uninstall))
                {
                    return await WorkerInstall.UninstallAsync(invocation);
                }

                if (invocation.Get(stop))
                {
                    foreach (var option in new Option[] { concurrency, groups, onRestart, shell })
                    {
                        invocation.AtMostOne(stop, option);
                    }

                    return await StopAsync(invocation);
                }

                SafeQueues.RequireForWorker(invocation.QueuePath);
                invocation.RequireSettings();
                var options = new WorkerRunOptions
                {
                    Concurrency = invocation.Get(concurrency) ?? NoLimit,
                    Groups = invocation.Get(groups) is { Length: > 0 } named ? named : null,
                    OnRestart = invocation.Get(onRestart),
                    Shell = invocation.Get(shell),
                    IdleEnd = invocation.Get(idleEnd) ?? TimeSpan.Zero,
                    Detached = invocation.Has(detached),
                    Beside = invocation.Get(beside),
                };
                if (invocation.Get(install))
                {
                    return await WorkerInstall.InstallAsync(invocation, Arguments(options));
                }

                if (invocation.Get(daemon))
                {
                    var arguments = Arguments(options);
                    var (pid, started) = await new DaemonStart(invocation, arguments, CommandEnvironment.All()).StartAsync();
                    Report(invocation, pid, started);
                    return ExitCode.Done;
                }

                return await new WorkerRun(invocation, options).RunAsync();
            });
    }

    /// <summary>The options as arguments of a worker.</summary>
    private static List<string> Arguments(WorkerRunOptions options)
    {
        List<string> arguments = ["--on-restart", $"{options.OnRestart}"];
        if (options.Concurrency != NoLimit)
        {
            arguments.AddRange(["--concurrency", options.Concurrency.ToString(CultureInfo.InvariantCulture)]);
        }

        if (options.Shell is { } line)
        {
            arguments.AddRange(["--shell", line]);
        }

        arguments.AddRange(IdleEnd(options.IdleEnd));
        arguments.AddRange((options.Groups ?? []).SelectMany(group => new[] { "--group", group }));
        return arguments;
    }

    /// <summary>The option as arguments of a worker.</summary>
    public static IReadOnlyList<string> IdleEnd(TimeSpan time) => time > TimeSpan.Zero ? [IdleEndOption, SettingText.Of(time)] : [];

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
        var pids = await Daemon.StopAsync(invocation);
        if (pids.Count == 0)
        {
            throw CliException.WrongState("No detached worker is running for this queue.");
        }

        foreach (var pid in pids)
        {
            invocation.Output.Say($"The worker (pid {pid}) has ended.");
        }

        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteNumber("pid", pids[0]);
                json.WriteBoolean("stopped", true);
            });
        }

        return ExitCode.Done;
    }
}
