using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands;

internal static class RunCommand
{
    public const string Name = "run";

    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>How long to wait for the process id; on a busy queue the command may start later.</summary>
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var options = new NewCommandOptions();
        var foreground = Values.Flag("--foreground", "Wait even for a command that looks endless, such as 'tail -f'.");
        return new Command(Name, "Add a command, show its output and exit with its exit code (124: timeout, 125: it could not be run).")
            .With([.. options.Symbols, foreground])
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var task = await options.ReadAsync(invocation);
                if (!await WorkerPresence.IsThereAsync(queue, task.Group, invocation.Token))
                {
                    throw CliException.NoWorker($"No worker serves the group {task.Group}; nothing was added.");
                }

                var (id, _) = await Adding.AddAsync(invocation, task);
                var runsOn = MonitorPatterns.Matches(CommandTask.FromPayload(task.Payload).ToString()) && !invocation.Get(foreground);
                return runsOn ? await AcknowledgeAsync(invocation, id) : await FollowAsync(invocation, queue, id);
            });
    }

    private static async Task<int> FollowAsync(DqInvocation invocation, ITaskQueue queue, TaskId id)
    {
        var output = invocation.Output;
        var follower = new Follower(queue, invocation.Files, invocation.Time);
        try
        {
            await WorkerWatch.WithWorkerAsync(invocation, new AwaitedTasks { Ids = [id] }, cancellationToken => Following.WhileReadAsync(
                invocation, token => follower.FollowAsync(id, lines: null, first: 1, Write, output.WriteError, token), cancellationToken));
        }
        catch (OutputClosedException) when (!invocation.Token.IsCancellationRequested)
        {
            // If it has ended meanwhile, its own exit code is better.
            if (await queue.Inspector.GetAsync(id, invocation.Token) is not { IsFinished: true })
            {
                return Following.Detach(invocation, [id]);
            }

            output.Forget();
        }
        catch (OperationCanceledException) when (invocation.Token.IsCancellationRequested)
        {
            // As in a shell, Ctrl-C stops the command.
            await queue.Control.CancelAsync(id, "interrupted", CancellationToken.None);
            invocation.Output.Say($"Task {id} is being stopped.");
            throw;
        }

        var view = await TaskViews.RequireAsync(queue, id, invocation.Token);
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WritePropertyName("task");
                TaskJson.Write(json, view, invocation.Files, invocation.Time.GetUtcNow());
            });
        }

        var code = CodeOf(view);
        if (code is ExitCode.RunFailed or ExitCode.RunTimedOut || code > ExitCode.Signal)
        {
            invocation.Output.Say(await Following.DescribeAsync(queue, id, invocation.Token));
        }

        return code;

        void Write(ReadOnlySpan<byte> bytes)
        {
            if (invocation.Json)
            {
                output.WriteError(bytes);
                return;
            }

            output.Write(bytes);
            output.Flush();
        }
    }

    /// <summary>The command's own exit code; 128 and the signal, as in shells, if a signal ended it.</summary>
    private static int CodeOf(TaskView task) => (task.Info.Outcome, task.Result) switch
    {
        (TaskOutcome.TimedOut, _) => ExitCode.RunTimedOut,
        (TaskOutcome.Succeeded, _) => ExitCode.Done,
        (_, { ExitCode: { } code }) when code != 0 => code,
        (_, { Signal: { } signal }) => ExitCode.Signal + signal,
        _ => ExitCode.RunFailed,
    };

    private static async Task<int> AcknowledgeAsync(DqInvocation invocation, TaskId id)
    {
        var control = await invocation.OpenControlAsync();
        var queue = await invocation.OpenAsync();
        var started = invocation.Time.GetTimestamp();
        CommandRun? run = null;
        while (run is null && invocation.Time.GetElapsedTime(started) < StartWithin && await queue.Inspector.GetAsync(id, invocation.Token) is { IsFinished: false })
        {
            run = await control.FindAsync(id, invocation.Token);
            if (run is null)
            {
                await Task.Delay(ProbePeriod, invocation.Time, invocation.Token);
            }
        }

        var log = run?.LogPath ?? invocation.Files.Log(id, 1);
        invocation.Output.Say($"This command does not end on its own, so it runs in the background as task {id}, pid {(run is null ? "not yet known" : $"{run.Pid}")}, log {log}\n"
            + $"'dq follow {id}' shows its output, 'dq kill {id}' stops it; use --foreground to wait for it.");
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WriteBoolean("background", true);
                json.WriteNumber("id", id.Value);
                TaskJson.WriteNumber(json, "pid", run?.Pid);
                json.WriteString("log", log);
            });
        }

        return ExitCode.Done;
    }
}
