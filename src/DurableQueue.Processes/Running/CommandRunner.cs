using System.ComponentModel;
using System.Text.Json;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;
using DurableQueue.Storage;
using DurableQueue.Worker;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>The handler of commands: continues what an earlier worker started, or starts the command, and follows it to its end.</summary>
internal sealed class CommandRunner : IDisposable
{
    /// <summary>How long a task waits before it is tried again when the log directory cannot be used.</summary>
    private static readonly TimeSpan AfterPlaceError = TimeSpan.FromSeconds(10);

    private readonly CommandFiles files;
    private readonly CommandOptions options;

    /// <summary>Processes live in real time, whatever the host's clock is.</summary>
    private readonly TimeProvider waits = TimeProvider.System;
    private readonly ILogger log;
    private readonly ExitWatch exits;
    private readonly OrphanReaper orphans;
    private readonly EarlierRuns earlierRuns;
    private readonly CommandResults results;
    private readonly CommandStarter starter;
    private readonly CommandFollower follower;
    private readonly RunWaits runWaits;
    private readonly string bootId = ProcessIdentity.ReadBootId();

    public CommandRunner(SqliteTaskQueue queue, CommandOptions options, TimeProvider time, ILogger log)
    {
        this.options = options;
        this.log = log;
        files = new CommandFiles(queue.FilePath, options.LogDirectory);
        exits = new ExitWatch(waits);
        orphans = new OrphanReaper(exits, waits);
        earlierRuns = new EarlierRuns(files, waits);
        results = new CommandResults(files, time);
        follower = new CommandFollower(files, options, results, waits, log);
        runWaits = new RunWaits(files.QueuePath, log);
        var inherited = CommandEnvironment.Inherited();
        var controls = new ResourceControls(exits, inherited, options.ResourceControls, new MissingControls(files), waits, log);
        starter = new CommandStarter(files, options, exits, inherited, controls, time);
    }

    public CommandFiles Files => files;

    public void Dispose()
    {
        runWaits.Dispose();
        follower.Dispose();
        orphans.Dispose();
        exits.Dispose();
        starter.Dispose();
    }

    /// <summary>Runs one attempt.</summary>
    /// <returns>The result of a command that succeeded.</returns>
    /// <exception cref="SettlementException">
    /// The command failed; or the worker stops and the command continues; or the command could not be started, and the task is not to blame.
    /// </exception>
    public async ValueTask<ReadOnlyMemory<byte>> RunAsync(HandlerInvocation call)
    {
        try
        {
            return await RunCommandAsync(call).ConfigureAwait(false);
        }
        catch (PlaceException e)
        {
            throw SettlementException.PutBack(AfterPlaceError, e.Message);
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> RunCommandAsync(HandlerInvocation call)
    {
        var command = Read(call.Leased);
        var progress = WatchProgress.Read(call.Leased.Checkpoint);
        while (true)
        {
            var earlier = earlierRuns.Find(call.Leased);
            if (await ContinueAsync(earlier, call.Leased, command).ConfigureAwait(false) is { } running)
            {
                return await FollowAsync(call, command, running, progress).ConfigureAwait(false);
            }

            var started = await StartAsync(call, command, appendToLog: earlier.Count > 0).ConfigureAwait(false);
            try
            {
                return await FollowAsync(call, command, started, progress).ConfigureAwait(false);
            }
            catch (OtherSupervisorException)
            {
                // The previous worker had just started the command. Its supervisor was first; ours did nothing.
            }
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> FollowAsync(HandlerInvocation call, CommandTask command, RunningCommand run, WatchProgress progress)
    {
        using var served = runWaits.Serve(run.Header, call);
        return await follower.FollowAsync(call, command, run, progress).ConfigureAwait(false);
    }

    private static CommandTask Read(LeasedTask task)
    {
        CommandTask command;
        try
        {
            command = CommandTask.FromPayload(task.Payload);
        }
        catch (JsonException e)
        {
            throw new UnreadablePayloadException(typeof(CommandTask), e.Message, e);
        }

        return CommandRules.FindMistake(command) is { } mistake ? throw new PermanentTaskException(mistake) : command;
    }

    /// <summary>Applies the restart policy to what earlier workers started.</summary>
    /// <returns>The command to follow, running or ended; <see langword="null"/> if it is to be started.</returns>
    private async Task<RunningCommand?> ContinueAsync(IReadOnlyList<RunRecord> earlier, LeasedTask task, CommandTask command)
    {
        foreach (var record in earlier)
        {
            if (!record.IsAlive)
            {
                if (record.ExitStatus is not null || options.RestartPolicy != CommandRestart.Rerun)
                {
                    log.CommandHadEnded(task.Id, task.Attempt);
                    return Adopt(record);
                }

                continue;
            }

            if (options.RestartPolicy == CommandRestart.Adopt)
            {
                log.CommandAdopted(task.Id, record.Header.Attempt, record.Supervisor.Pid);
                return Adopt(record);
            }

            log.CommandFoundAndStopped(task.Id, record.Header.Attempt, record.Supervisor.Pid);
            await Session.Of(files, record, waits).StopAsync(record.Header.KillGrace).ConfigureAwait(false);
            if (record.Header.AttemptToken == task.AttemptToken && options.RestartPolicy == CommandRestart.Kill)
            {
                throw Stopped(record, task, command);
            }
        }

        return null;
    }

    private SettlementException Stopped(RunRecord record, LeasedTask task, CommandTask command)
    {
        var last = RunRecord.Read(files.Run(task.Id, record.Header.Attempt)) ?? record;
        var result = results.Of(last, adopted: true, last.WrittenAt, command);
        return SettlementException.Failed(new TaskFailure("The worker restarted while the command was running, and the restart policy is to stop it.")
        {
            Result = result.ToBytes(),
            Notification = CommandEnding.ToNotification(task, result, follower.CreateManifest(task, command)),
        });
    }

    private RunningCommand Adopt(RunRecord record)
    {
        var (pid, startedAt) = (record.Supervisor.Pid, record.Supervisor.StartedAt);
        var isAlive = record.IsAlive;
        return new RunningCommand(
            record.Header,
            pid,
            startedAt,
            isAlive ? exits.WatchAsync(pid, startedAt) : Task.FromResult<int?>(null),
            [.. record.Readers.Select(reader => new OutputReader(reader.Pid, reader.StartedAt, exits.WatchAsync(reader.Pid, reader.StartedAt)))],
            Adopted: true)
        {
            HadEnded = !isAlive,
            Record = isAlive ? RunRecord.OpenOf(pid) : null,
        };
    }

    private async ValueTask<RunningCommand> StartAsync(HandlerInvocation call, CommandTask command, bool appendToLog)
    {
        var task = call.Leased;
        await earlierRuns.MakeRoomAsync(task).ConfigureAwait(false);
        call.CancellationToken.ThrowIfCancellationRequested();
        starter.Prepare();
        var header = await starter.CreateHeaderAsync(task, command, bootId).ConfigureAwait(false);
        try
        {
            return await starter.StartAsync(task, command, header, appendToLog).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            CommandFiles.Remove(files.Input(task.Id, task.Attempt));
            var reason = $"The command could not be started: {e.Message}.";
            throw SettlementException.Failed(new TaskFailure(reason)
            {
                Notification = CommandEnding.ToNotification(task, "not-started", reason, follower.CreateManifest(task, command)),
            });
        }
    }
}
