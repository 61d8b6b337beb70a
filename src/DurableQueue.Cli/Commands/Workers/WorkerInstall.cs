using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands.Workers;

/// <summary><c>dq worker --install</c> and <c>--uninstall</c>: a systemd unit of the user that runs the worker.</summary>
internal static class WorkerInstall
{
    public static async Task<int> InstallAsync(DqInvocation invocation, IReadOnlyList<string> workerArguments)
    {
        await RequireSystemdAsync(invocation);

        // Creates the file: the unit does not start without it, so that it makes no new queue where a disk is missing.
        var queue = await invocation.OpenAsync();
        var (unit, files) = (new UserUnit(invocation.QueuePath), new DaemonFiles(invocation.QueuePath));
        var written = unit.Write(unit.Text(DaemonStart.CommandLine(invocation.QueuePath, Daemon.DetachedOption, workerArguments), files.LogPath));
        if (written)
        {
            await Systemd.ControlAsync(invocation.Token, "daemon-reload");
        }

        await Systemd.ControlAsync(invocation.Token, "enable", unit.Name);
        if (files.FindMain(await queue.Inspector.GetWorkersAsync(invocation.Token)) is { } other && other.Pid != await unit.FindProcessAsync(invocation.Token))
        {
            await Daemon.StopAsync(invocation);
            invocation.Output.Say($"The detached worker (pid {other.Pid}) was stopped; the unit takes its commands over.");
        }

        await Systemd.ControlAsync(invocation.Token, written ? "restart" : "start", unit.Name);
        var pid = await DaemonStart.WaitAsync(invocation) ?? throw new CliException(
            ExitCode.NoWorker, $"The unit {unit.Name} was installed, but its worker did not start; see {files.LogPath} and 'systemctl --user status {unit.Name}'.");
        Report(invocation, unit, written, pid, await Systemd.LingersAsync(invocation.Token));
        return ExitCode.Done;
    }

    public static async Task<int> UninstallAsync(DqInvocation invocation)
    {
        var unit = new UserUnit(invocation.QueuePath);
        var installed = unit.IsInstalled;
        if (installed)
        {
            await RequireSystemdAsync(invocation);
            await Systemd.ControlAsync(invocation.Token, "disable", "--now", unit.Name);
            unit.Delete();
            await Systemd.ControlAsync(invocation.Token, "daemon-reload");
        }

        invocation.Output.Say(installed
            ? $"The unit {unit.Name} was stopped and removed. Running commands continue, and the next worker takes them over."
            : $"No unit is installed for {invocation.QueuePath}.");
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteString("unit", unit.FilePath);
                json.WriteBoolean("removed", installed);
            });
        }

        return ExitCode.Done;
    }

    private static async Task RequireSystemdAsync(DqInvocation invocation)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw CliException.WrongState("Commands run on Linux only, so a worker cannot be installed on this system.");
        }

        if (await Systemd.RunAsync("systemctl", ["--user", "show-environment"], invocation.Token) is ({ } code and not 0, var output))
        {
            throw CliException.WrongState(
                $"systemd does not run for this user ('systemctl --user' ended with {code}: {output}); nothing was changed. Without it, a line of your crontab starts the worker at boot: "
                + $"@reboot {string.Join(' ', DaemonStart.ThisProgram())} --queue {invocation.QueuePath} worker --daemon");
        }
    }

    private static void Report(DqInvocation invocation, UserUnit unit, bool written, int pid, bool lingers)
    {
        var output = invocation.Output;
        output.Say($"The unit {unit.FilePath} {(written ? "was written and enabled" : "is up to date and enabled")}.");
        output.Say($"Its worker is running (pid {pid}, log {new DaemonFiles(invocation.QueuePath).LogPath}). systemd starts it again {(lingers ? "at boot" : "when you log in")} and after a crash; commands "
            + "that a reboot ended follow --on-restart.");
        output.Say($"'dq worker --stop' stops it until then, 'dq worker --uninstall' removes it, 'systemctl --user status {unit.Name}' shows it.");
        if (!lingers)
        {
            output.Say("Missing: lingering is off, so the worker starts when you log in and ends when you log out. 'loginctl enable-linger' lets it start at boot and stay.");
        }

        if (invocation.Json)
        {
            output.WriteJson(json =>
            {
                json.WriteString("unit", unit.FilePath);
                json.WriteBoolean("changed", written);
                json.WriteNumber("pid", pid);
                json.WriteBoolean("lingering", lingers);
                json.WriteString("log", new DaemonFiles(invocation.QueuePath).LogPath);
            });
        }
    }
}
