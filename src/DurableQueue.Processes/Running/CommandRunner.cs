using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;
using DurableQueue.Worker;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>The handler of commands: goes on with what an earlier worker started, else starts the command; waits for its end and tells it.</summary>
internal sealed class CommandRunner : IDisposable
{
    /// <summary>After everything was killed: how long the end may take to be seen. Longer, and the kernel keeps a process that nobody can end.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(10);

    /// <summary>A supervisor that was started just before its worker died has its first line written within this time, or never.</summary>
    private static readonly TimeSpan FirstLineTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>Earlier attempts are looked for one by one; beyond that many, in the directory.</summary>
    private const int MostProbes = 64;

    private readonly ITaskNotifications notifications;
    private readonly CommandFiles files;
    private readonly CommandOptions options;
    private readonly CommandSecrets secrets;

    /// <summary>Processes live in real time, whatever the host's clock is.</summary>
    private readonly TimeProvider waits = TimeProvider.System;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ExitWatch exits;
    private readonly CommandStarter starter;
    private readonly string bootId = ProcessIdentity.ReadBootId();

    public CommandRunner(SqliteTaskQueue queue, CommandOptions options, TimeProvider time, ILogger log)
    {
        notifications = queue.Notifications;
        this.options = options;
        this.time = time;
        this.log = log;
        files = new CommandFiles(queue.FilePath, options.LogDirectory);
        secrets = new CommandSecrets(options.SecretNames);
        exits = new ExitWatch(waits);
        var inherited = CommandEnvironment.Inherited();
        starter = new CommandStarter(files, options, exits, inherited, new ResourceControls(exits, inherited, options.ResourceControls, waits, log), time);
    }

    public void Dispose() => exits.Dispose();

    /// <summary>Runs one attempt.</summary>
    /// <returns>The result of a command that succeeded.</returns>
    /// <exception cref="AttemptFailedException">It did not.</exception>
    /// <exception cref="AttemptLeftException">The worker stops; the command goes on.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> RunAsync(Invocation call)
    {
        var task = call.Leased;
        var command = Read(task);
        starter.Prepare();
        while (true)
        {
            var goesOnInLog = false;
            if (FindEarlier(task) is { Count: > 0 } earlier)
            {
                var (running, ended) = await DealWithAsync(earlier, task, command).ConfigureAwait(false);
                if (running is not null)
                {
                    return await FollowAsync(call, command, running).ConfigureAwait(false);
                }

                if (ended is not null)
                {
                    log.CommandHadEnded(task.Id, task.Attempt);
                    var found = new RunningCommand(ended.Header, ended.Supervisor.Pid, Task.FromResult<int?>(null), Adopted: true) { HadEnded = true };
                    return await FollowAsync(call, command, found).ConfigureAwait(false);
                }

                goesOnInLog = true;
            }

            var started = await StartAsync(call, command, goesOnInLog).ConfigureAwait(false);
            try
            {
                return await FollowAsync(call, command, started).ConfigureAwait(false);
            }
            catch (OtherSupervisorException)
            {
                // The worker before us had got as far as starting it. Its supervisor was first, ours did nothing.
            }
        }
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

    /// <summary>The records of this attempt and of earlier ones of the task that may still matter: those that run, and this attempt's own.</summary>
    private List<RunRecord> FindEarlier(LeasedTask task)
    {
        if (task.AttemptToken == 1 && !task.TakenOver)
        {
            // There was none. A file may be there from a queue that was deleted.
            ForgetRecord(task);
            return [];
        }

        var found = new List<RunRecord>();
        foreach (var attempt in EarlierAttempts(task))
        {
            if (RunRecord.Read(files.Run(task.Id, attempt)) is { } record
                && record.Header.TaskId == task.Id
                && record.Header.EnqueuedAtMs == task.EnqueuedAt.ToUnixTimeMilliseconds()
                && (record.Header.AttemptToken == task.AttemptToken || record.IsAlive))
            {
                found.Add(record);
            }
        }

        return found;
    }

    private IEnumerable<int> EarlierAttempts(LeasedTask task) =>
        task.AttemptToken <= MostProbes
            ? Enumerable.Range(1, (int)task.AttemptToken).Reverse()
            : files.Attempts(task.Id).Append(task.Attempt).Distinct().OrderDescending();

    /// <returns>What to go on with, or what has ended already; neither if the command is to be started.</returns>
    private async Task<(RunningCommand? Running, RunRecord? Ended)> DealWithAsync(List<RunRecord> earlier, LeasedTask task, CommandTask command)
    {
        foreach (var record in earlier)
        {
            var isOfThisAttempt = record.Header.AttemptToken == task.AttemptToken;
            if (!record.IsAlive)
            {
                if (record.ExitStatus is not null || options.RestartPolicy != CommandRestart.Rerun)
                {
                    return (null, record);
                }

                continue;
            }

            if (options.RestartPolicy == CommandRestart.Adopt)
            {
                log.CommandAdopted(task.Id, record.Header.Attempt, record.Supervisor.Pid);
                var ended = exits.WatchAsync(record.Supervisor.Pid, record.Supervisor.StartedAt);
                return (new RunningCommand(record.Header, record.Supervisor.Pid, ended, Adopted: true), null);
            }

            log.CommandFoundAndStopped(task.Id, record.Header.Attempt, record.Supervisor.Pid);
            await SessionOf(record, trusted: true).StopAsync(GraceOf(record.Header)).ConfigureAwait(false);
            if (isOfThisAttempt && options.RestartPolicy == CommandRestart.Kill)
            {
                var last = RunRecord.Read(files.Run(task.Id, record.Header.Attempt)) ?? record;
                var result = ResultOf(last, adopted: true, last.WrittenAt, command);
                throw new AttemptFailedException(new TaskFailure("The worker was restarted while the command ran, and the restart policy is to stop it.")
                {
                    Result = result.ToBytes(),
                    Notification = ExitOf(task, record.Header, result),
                });
            }
        }

        return (null, null);
    }

    private async ValueTask<RunningCommand> StartAsync(Invocation call, CommandTask command, bool goesOnInLog)
    {
        var task = call.Leased;
        if (task.AttemptToken > 1 || task.TakenOver)
        {
            await MakeRoomAsync(task).ConfigureAwait(false);
        }

        call.CancellationToken.ThrowIfCancellationRequested();
        var header = await starter.HeaderAsync(task, command, bootId).ConfigureAwait(false);
        try
        {
            return await starter.StartAsync(task, command, header, goesOnInLog).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            File.Delete(files.Input(task.Id, task.Attempt));
            throw new AttemptFailedException(new TaskFailure($"The command could not be started: {e.Message}."));
        }
    }

    /// <summary>
    /// Deletes the record of an earlier run with the same number, which has ended, so that a new one can be made; never one of this attempt that
    /// may still begin.
    /// </summary>
    private async Task MakeRoomAsync(LeasedTask task)
    {
        var path = files.Run(task.Id, task.Attempt);
        var began = waits.GetTimestamp();
        while (File.Exists(path))
        {
            var record = RunRecord.Read(path);
            if (record is { IsAlive: true } && record.Header.AttemptToken == task.AttemptToken)
            {
                return;
            }

            if (record is not null || waits.GetElapsedTime(began) >= FirstLineTime)
            {
                ForgetRecord(task);
                return;
            }

            await Task.Delay(LookPeriod, waits).ConfigureAwait(false);
        }
    }

    private void ForgetRecord(LeasedTask task) => File.Delete(files.Run(task.Id, task.Attempt));

    private async ValueTask<ReadOnlyMemory<byte>> FollowAsync(Invocation call, CommandTask command, RunningCommand run)
    {
        var task = call.Leased;
        await using var watch = OutputWatch.Start(command, run.Header, files, secrets, notifications, waits, log);
        var stopped = !await EndsBeforeCancelAsync(run, call.CancellationToken).ConfigureAwait(false);
        if (stopped)
        {
            switch (call.Attempt.Reason)
            {
                case StopReason.LeaseLost:
                    // Another worker has it, and the command with it.
                    throw new OperationCanceledException("The lease is lost.", call.CancellationToken);
                case StopReason.Shutdown when options.RestartPolicy == CommandRestart.Adopt:
                    throw new AttemptLeftException();
                default:
                    await StopAsync(run).ConfigureAwait(false);
                    break;
            }
        }

        if (run.Ended.IsFaulted)
        {
            // The host is being torn down, and nobody waits for processes any more. This one may run on.
            throw new AttemptLeftException();
        }

        var record = RunRecord.Read(files.Run(task.Id, run.Header.Attempt));
        if (!run.Adopted && record is not null && record.Supervisor.Pid != run.Pid)
        {
            throw new OtherSupervisorException();
        }

        if (watch is not null)
        {
            await watch.FinishAsync().ConfigureAwait(false);
        }

        return await SettleAsync(call, command, record, run, stopped).ConfigureAwait(false);
    }

    private static async Task<bool> EndsBeforeCancelAsync(RunningCommand run, CancellationToken cancellationToken)
    {
        if (run.Ended.IsCompleted)
        {
            return true;
        }

        await ((Task)run.Ended).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return run.Ended.IsCompleted;
    }

    private async Task StopAsync(RunningCommand run)
    {
        var startedAt = ProcessStat.Read(run.Pid)?.StartedAt;
        if (startedAt is null)
        {
            return;
        }

        var marks = RunMarks.Of(run.Header, files.QueuePath);
        await new Session(run.Pid, startedAt.Value, files.Run(run.Header.TaskId, run.Header.Attempt), marks, trusted: true, waits)
            .StopAsync(GraceOf(run.Header)).ConfigureAwait(false);
        await ((Task)run.Ended).WaitAsync(LastWait, waits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The command has ended: clears up behind it and tells how.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> SettleAsync(Invocation call, CommandTask command, RunRecord? record, RunningCommand run, bool stopped)
    {
        var task = call.Leased;
        if (record is not null)
        {
            // Of one that ended while nobody looked, the number may be used again.
            await SessionOf(record, trusted: record.Supervisor.Pid == run.Pid && !run.HadEnded).StopRestAsync(GraceOf(record.Header)).ConfigureAwait(false);
        }

        File.Delete(files.Input(run.Header.TaskId, run.Header.Attempt));
        var endedAt = record is { ExitStatus: not null } && run.Adopted ? record.WrittenAt : time.GetUtcNow();
        var result = record is null
            ? new CommandResult { StartedAt = StartOf(run.Header), EndedAt = endedAt, Pid = run.Pid }
            : ResultOf(record, run.Adopted, endedAt, command);
        if (record is { ExitStatus: null } && run.Ended is { IsCompletedSuccessfully: true, Result: { } status })
        {
            // It began and could not write its end down, for it was killed or the disk is full. As its parent we know the end all the same.
            var signal = status & 0x7F;
            result = (signal, result.Signal, command.MaxOutputBytes) switch
            {
                (not 0, _, _) => result with { Signal = signal },

                // With a limit of output it is another shell that waits for the command.
                (0, null, null) => result with { ExitCode = (status >> 8) & 0xFF },
                _ => result,
            };
        }

        var exit = ExitOf(task, run.Header, result);
        if (result.Succeeded && !stopped)
        {
            call.Attempt.Notification = exit;
            return result.ToBytes();
        }

        if (stopped && call.Attempt.Reason == StopReason.Shutdown)
        {
            throw new OperationCanceledException("The worker stops, and the command was stopped with it.", call.CancellationToken);
        }

        throw new AttemptFailedException(new TaskFailure(Describe(result)) { Result = result.ToBytes(), Notification = exit });
    }

    /// <summary>Told with the end of the attempt, in its transaction; the key is for an attempt that is settled again after a crash.</summary>
    private static NewNotification ExitOf(LeasedTask task, RunHeader run, CommandResult result)
    {
        var label = task.Label is { } given ? $" ({given})" : "";
        var name = result switch
        {
            { ExitCode: { } code } => code.ToString(CultureInfo.InvariantCulture),
            { SignalName: { } signal } => signal,
            _ => "lost",
        };
        return new NewNotification("exit", $"Task {task.Id}{label}, attempt {task.Attempt}: {Describe(result)}")
        {
            TaskId = task.Id,
            Name = name,
            Key = $"exit:{run.TaskId}:{run.EnqueuedAtMs}:{task.AttemptToken}",
        };
    }

    private static string Describe(CommandResult result) => result switch
    {
        { ExitCode: { } code } => $"The command ended with exit code {code}.",
        { Signal: { } signal } => $"The command was ended by signal {signal} ({CommandSignals.NameOf(signal)}).",
        _ => "The command is gone and left no exit code: the machine was restarted, or its supervisor was killed.",
    };

    private CommandResult ResultOf(RunRecord record, bool adopted, DateTimeOffset endedAt, CommandTask command)
    {
        var (exitCode, signal) = record.Ending();
        return new CommandResult
        {
            ExitCode = exitCode,
            Signal = signal,
            StartedAt = StartOf(record.Header),
            EndedAt = endedAt,
            Pid = record.Supervisor.Pid,
            OutputBytes = Size(files.Log(record.Header.TaskId, record.Header.Attempt))
                + (command.SeparateErrors ? Size(files.ErrorLog(record.Header.TaskId, record.Header.Attempt)) : 0),
            OutputCut = record.OutputCut,
            Adopted = adopted,
        };
    }

    private static long Size(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private Session SessionOf(RunRecord record, bool trusted) => new(
        record.Supervisor.Pid,
        record.Supervisor.StartedAt,
        files.Run(record.Header.TaskId, record.Header.Attempt),
        RunMarks.Of(record.Header, files.QueuePath),
        trusted,
        waits);

    private static DateTimeOffset StartOf(RunHeader header) => DateTimeOffset.FromUnixTimeMilliseconds(header.StartedAtMs);

    private static TimeSpan GraceOf(RunHeader header) => TimeSpan.FromMilliseconds(header.KillGraceMs);

    /// <summary>Our supervisor found that another one runs the attempt.</summary>
    private sealed class OtherSupervisorException : Exception;
}
