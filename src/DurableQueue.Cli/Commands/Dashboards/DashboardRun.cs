using System.Buffers.Text;
using System.Security.Cryptography;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Dashboards;
using DurableQueue.Cli.Dashboards.Messages;
using DurableQueue.Cli.Tasks;
using DurableQueue.Processes;
using DurableQueue.Storage;

namespace DurableQueue.Cli.Commands.Dashboards;

/// <summary>Serves the dashboard of the queue until it is told to stop.</summary>
internal sealed class DashboardRun(DqInvocation invocation, WorkerStart workers)
{
    private const int TokenBytes = 32;

    public required int Port { get; init; }

    public required bool Open { get; init; }

    public required bool ReadOnly { get; init; }

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        invocation.RequireSettings();

        // Creates the file, or says why it cannot be used. Others may replace it later: it is opened again when it is needed.
        await invocation.OpenAsync();
        await invocation.CloseAsync();
        using var place = RunningDashboard.Take(invocation.QueuePath) ?? throw AlreadyRunning();
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        await using var server = await DashboardProcess.StartAsync(Describe(token), invocation.Output.Say, invocation.Token);
        try
        {
            var first = await server.ReadAsync(invocation.Token);
            if (first?.Port is not { } port)
            {
                throw first is { Failure: { } failure } ? new CliException(first.ExitCode, failure) : NotStarted(await server.StopAsync());
            }

            var running = new RunningDashboard($"http://127.0.0.1:{port}/?token={token}", port, ProcessIdentity.Current());
            place.Write(running);
            Write(invocation, running, Open);
            invocation.Output.Say($"The dashboard of {invocation.QueuePath} is running (pid {Environment.ProcessId}); Ctrl-C ends it.");
            while (await server.ReadAsync(invocation.Token) is { } notice)
            {
                await OfferWorkerAsync(notice);
            }
        }
        catch (OperationCanceledException) when (invocation.Token.IsCancellationRequested)
        {
            // The usual end.
        }

        return await server.StopAsync();
    }

    /// <summary>Writes the address, and opens it.</summary>
    public static void Write(DqInvocation invocation, RunningDashboard running, bool open)
    {
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteString("url", running.Url);
                json.WriteNumber("port", running.Port);
                json.WriteNumber("pid", running.Process.Pid);
                json.WriteString("queue", invocation.QueuePath);
            });
        }
        else
        {
            invocation.Output.Text.WriteLine(running.Url);
        }

        invocation.Output.Flush();
        if (open && Browser.Open(RunningDashboard.PageOf(invocation.QueuePath)) is { } failure)
        {
            invocation.Output.Say($"dq: {failure}");
        }
    }

    private CliException AlreadyRunning() => CliException.WrongState(
        RunningDashboard.Find(invocation.QueuePath) is { } other
            ? $"A dashboard is already running for {invocation.QueuePath}, at http://127.0.0.1:{other.Port}/ (pid {other.Process.Pid}). 'dq dashboard --url' prints its address."
            : $"A dashboard is already starting or ending for {invocation.QueuePath}.");

    private static CliException NotStarted(int exitCode) =>
        new(exitCode == ExitCode.Done ? ExitCode.NotFoundOrWrongState : exitCode, $"The dashboard did not start (exit code {exitCode}).");

    private DashboardStart Describe(string token)
    {
        var limits = invocation.NewGroups;
        var command = CommandDefaults.Apply(invocation.Settings, new CommandTask
        {
            CommandLine = "true",
            WorkingDirectory = UserPath.WorkingDirectory,
            Environment = CommandTask.CaptureEnvironment(),
        });
        return new DashboardStart
        {
            QueuePath = invocation.QueuePath,
            LogDirectory = invocation.Files.HasOwnDirectory ? invocation.Files.LogDirectory : null,
            BusyTimeout = invocation.Get(GlobalOptions.BusyTimeout),
            GroupLimit = limits.Parallelism,
            GroupLimits = limits.ByName,
            ReadOnly = ReadOnly,
            Port = Port,
            Token = token,
            User = Environment.UserName,
            Group = GroupChoice.OfSettings(invocation.Settings, UserPath.WorkingDirectory),
            Command = command.ToPayload(),
            Timeout = invocation.Settings.Get(SettingKeys.Timeout),
        };
    }

    /// <summary>As the command that does the same.</summary>
    private async Task OfferWorkerAsync(DashboardNotice notice)
    {
        try
        {
            await (notice.Tasks is { } tasks ? workers.ForAsync([.. tasks.Select(id => new TaskId(id))]) : notice.Group is { } group ? workers.ForGroupsAsync([group]) : Task.CompletedTask);
        }
        finally
        {
            await invocation.CloseAsync();
        }
    }
}
