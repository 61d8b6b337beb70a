using System.CommandLine;
using System.Globalization;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Dashboards;

namespace DurableQueue.Cli.Commands.Dashboards;

internal static class DashboardCommand
{
    private const int LastPort = 65_535;

    public static Command Create()
    {
        var port = Values.Number("--port", "The port on this machine. Default: one that is free.");
        var open = Values.Flag("--open", "Open it in your browser.");
        var readOnly = Values.Flag("--read-only", "Show the queue and change nothing.");
        var url = Values.Flag("--url", "Write the address of the dashboard that is running for this queue, and end.");
        var noStart = WorkerStart.CreateOption();
        return new Command("dashboard", "Show the queue in your browser, and act on it: a page of this machine, for you alone. Ctrl-C ends it.")
            .With(port, open, readOnly, url, noStart)
            .WithAction(async invocation =>
            {
                invocation.AtMostOne(url, port);
                invocation.AtMostOne(url, readOnly);
                invocation.AtMostOne(url, noStart);
                if (invocation.Get(port) is { } number and (< 1 or > LastPort))
                {
                    throw CliException.BadInput(string.Create(CultureInfo.InvariantCulture, $"--port is {number}; it must be from 1 to {LastPort}."));
                }

                if (invocation.Get(url))
                {
                    var running = RunningDashboard.Find(invocation.QueuePath)
                        ?? throw CliException.WrongState($"No dashboard is running for {invocation.QueuePath}; 'dq dashboard' starts one.");
                    DashboardRun.Write(invocation, running, invocation.Get(open));
                    return ExitCode.Done;
                }

                return await new DashboardRun(invocation, WorkerStart.Read(invocation, noStart))
                {
                    Port = invocation.Get(port) ?? 0,
                    Open = invocation.Get(open),
                    ReadOnly = invocation.Get(readOnly),
                }.RunAsync();
            });
    }
}
