using System.CommandLine;
using System.Runtime.InteropServices;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Logs;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Tasks.Monitors;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.NewTasks;

internal static class RunCommand
{
    public const string Name = "run";

    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>How long to wait for the process id; on a busy queue the command may start later.</summary>
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var options = new NewCommandOptions();
        var foreground = Values.Flag("--foreground", "Wait even for a command that cannot end by itself, such as 'tail -f'.");
        var printId = Values.Flag("--print-id", "First write the id, on a line of its own, to standard output.");
        var killOnExit = Values.Flag("--kill-on-exit", "Stop the command when dq is ended by a signal. Default: only Ctrl-C in a terminal does.");
        var noStart = WorkerStart.CreateOption();
        return new Command(Name, "Add a command, show its output and exit with its exit code (123: it continues in the background, 124: timeout, 125: it could not be run).")
            .With([.. options.Symbols, printId, foreground, killOnExit, noStart])
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var task = await options.ReadAsync(invocation);
                var start = WorkerStart.Read(invocation, noStart);
                if (!start.IsAllowed && !await WorkerPresence.ComesAsync(queue, task.Group, invocation.Time, invocation.Token))
                {
                    throw CliException.NoWorker($"No worker serves the group {task.Group}; nothing was added.{(start.Advice is { } advice ? $" {advice}" : "")}");
                }

                var runsOn = !invocation.Get(foreground) && Monitors.Recognize(CommandTask.FromPayload(task.Payload), invocation.Settings);
                var (id, _) = await Adding.AddAsync(invocation, task, options.FindParallel(invocation));
                if (invocation.Get(printId) && !invocation.Json)
                {
                    invocation.Output.Text.WriteLine(id);
                    invocation.Output.Flush();
                }

                await StartAsync(invocation, queue, start, id, invocation.Get(killOnExit));
                await QueuePlace.SayAsync(invocation, id);
                return runsOn
                    ? await AcknowledgeAsync(invocation, id)
                    : await FollowAsync(invocation, queue, id, invocation.Get(killOnExit));
            });
    }

    /// <summary>A signal while the worker starts is one that comes while the command runs.</summary>
    private static async Task StartAsync(DqInvocation invocation, ITaskQueue queue, WorkerStart start, TaskId id, bool killOnExit)
    {
        try
        {
            await start.ForAsync(id);
        }
        catch (OperationCanceledException) when (invocation.Token.IsCancellationRequested)
        {
            await EndAsync(invocation, queue, id, killOnExit);
            throw;
        }
    }

    private static async Task EndAsync(DqInvocation invocation, ITaskQueue queue, TaskId id, bool killOnExit)
    {
        if (killOnExit || IsCtrlC())
        {
            await queue.Control.CancelAsync(id, "interrupted", CancellationToken.None);
            invocation.Output.Say($"Task {id} is being stopped.");
        }
        else
        {
            Following.Detach(invocation, [id]);
        }
    }

    private static async Task<int> FollowAsync(DqInvocation invocation, ITaskQueue queue, TaskId id, bool killOnExit)
    {
        var output = invocation.Output;
        var follower = new Follower(await invocation.OpenLogsAsync());
        try
        {
            await WorkerWatch.WithWorkerAsync(invocation, () => [id], cancellationToken => Following.WhileReadAsync(
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
            await EndAsync(invocation, queue, id, killOnExit);
            throw;
        }

        CommandDefaults.SayWhatIsMissing(invocation);
        var view = await TaskViews.RequireAsync(queue, id, invocation.Token);
        if (invocation.Json)
        {
            invocation.Output.WriteJson(json =>
            {
                json.WritePropertyName("task");
                TaskJson.Write(json, view, invocation.Files, invocation.Time.GetUtcNow());
            });
        }

        return await RunExitCode.ReportAsync(invocation, queue, view);

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

    /// <summary>As in a shell, Ctrl-C stops the command. Without a terminal, whoever sends the signal wants to be rid of dq.</summary>
    private static bool IsCtrlC() =>
        Interruption.Current?.Signal == PosixSignal.SIGINT && !(Console.IsInputRedirected && Console.IsErrorRedirected);

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

        return ExitCode.Detached;
    }
}
