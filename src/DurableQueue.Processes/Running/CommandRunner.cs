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

    /// <summary>How long a task waits that could not be started, since the log directory cannot be used.</summary>
    private static readonly TimeSpan AfterPlaceError = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeftPeriod = TimeSpan.FromMilliseconds(500);
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
    private readonly OrphanReaper orphans;
    private readonly CancellationTokenSource closing = new();
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
        orphans = new OrphanReaper(exits, waits);
        var inherited = CommandEnvironment.Inherited();
        starter = new CommandStarter(files, options, exits, inherited, new ResourceControls(exits, inherited, options.ResourceControls, waits, log), time);
    }

    public void Dispose()
    {
        closing.Cancel();
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
        var task = call.Leased;
        var command = Read(task);
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
                    return await FollowAsync(call, command, Adopt(ended)).ConfigureAwait(false);
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
                && IsOf(record.Header, task)
                && (record.Header.AttemptToken == task.AttemptToken || record.IsAlive))
            {
                found.Add(record);
            }
        }

        // Records can be deleted under a command, which runs on all the same: it must not be started a second time.
        if (task.TakenOver
            && found.Count == 0
            && RunRecord.FindRunning(files, run => IsOf(run, task) && run.AttemptToken == task.AttemptToken) is { } running)
        {
            found.Add(running);
        }

        return found;
    }

    private static bool IsOf(RunHeader run, LeasedTask task) =>
        run.TaskId == task.Id && run.EnqueuedAtMs == task.EnqueuedAt.ToUnixTimeMilliseconds();

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
                return (Adopt(record), null);
            }

            log.CommandFoundAndStopped(task.Id, record.Header.Attempt, record.Supervisor.Pid);
            await SessionOf(record, trusted: true).StopAsync(GraceOf(record.Header)).ConfigureAwait(false);
            if (isOfThisAttempt && options.RestartPolicy == CommandRestart.Kill)
            {
                var last = RunRecord.Read(files.Run(task.Id, record.Header.Attempt)) ?? record;
                var result = ResultOf(last, adopted: true, last.WrittenAt, command);
                throw SettlementException.Failed(new TaskFailure("The worker was restarted while the command ran, and the restart policy is to stop it.")
                {
                    Result = result.ToBytes(),
                    Notification = ExitOf(task, record.Header, result),
                });
            }
        }

        return (null, null);
    }

    private async ValueTask<RunningCommand> StartAsync(HandlerInvocation call, CommandTask command, bool goesOnInLog)
    {
        var task = call.Leased;
        if (task.AttemptToken > 1 || task.TakenOver)
        {
            await MakeRoomAsync(task).ConfigureAwait(false);
        }

        call.CancellationToken.ThrowIfCancellationRequested();
        starter.Prepare();
        var header = await starter.HeaderAsync(task, command, bootId).ConfigureAwait(false);
        try
        {
            return await starter.StartAsync(task, command, header, goesOnInLog).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            CommandFiles.Remove(files.Input(task.Id, task.Attempt));
            throw SettlementException.Failed(new TaskFailure($"The command could not be started: {e.Message}."));
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

    private void ForgetRecord(LeasedTask task) => CommandFiles.Remove(files.Run(task.Id, task.Attempt));

    private async ValueTask<ReadOnlyMemory<byte>> FollowAsync(HandlerInvocation call, CommandTask command, RunningCommand run)
    {
        using var openRecord = run.Record;
        await using var watch = OutputWatch.Start(command, run.Header, files, secrets, notifications, waits, log);
        var session = new Session(
            run.Pid, run.StartedAt, files.Run(run.Header.TaskId, run.Header.Attempt), RunMarks.Of(run.Header, files.QueuePath), trusted: !run.HadEnded, waits);
        var stopped = !await EndsBeforeCancelAsync(run, call.CancellationToken).ConfigureAwait(false);
        IReadOnlyList<ProcessStat> left = [];
        if (stopped)
        {
            switch (call.Attempt.Reason)
            {
                case StopReason.LeaseLost:
                    // Another worker has it, and the command with it.
                    throw new OperationCanceledException("The lease is lost.", call.CancellationToken);
                case StopReason.Shutdown when options.RestartPolicy == CommandRestart.Adopt:
                    throw SettlementException.LeftRunning();
                default:
                    left = await session.StopAsync(GraceOf(run.Header)).ConfigureAwait(false);
                    await ((Task)run.Ended).WaitAsync(LastWait, waits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    break;
            }
        }

        if (run.Ended.IsFaulted)
        {
            // The host is being torn down, and nobody waits for processes any more. This one may run on.
            throw SettlementException.LeftRunning();
        }

        var record = await ReadRecordAsync(run).ConfigureAwait(false);
        left = left.Count > 0 ? left : await session.StopRestAsync(GraceOf(run.Header)).ConfigureAwait(false);
        var givenUp = left.Count > 0 ? await UntilGoneAsync(call.Leased, run, session, left).ConfigureAwait(false) : "";
        foreach (var reader in run.Readers)
        {
            await reader.DrainAsync(waits).ConfigureAwait(false);
        }

        if (watch is not null)
        {
            await watch.FinishAsync().ConfigureAwait(false);
        }

        CommandFiles.Remove(files.Input(run.Header.TaskId, run.Header.Attempt));
        return Settle(call, ResultOf(run, record, session, command), run, stopped, givenUp);
    }

    /// <returns>The record of this run; <see langword="null"/> if it is gone.</returns>
    /// <exception cref="OtherSupervisorException">Another supervisor runs the attempt.</exception>
    /// <exception cref="PlaceException">There is none, for it could not be made: the command was not started.</exception>
    private async ValueTask<RunRecord?> ReadRecordAsync(RunningCommand run)
    {
        var path = files.Run(run.Header.TaskId, run.Header.Attempt);
        var notBegun = run.EndStatus is { } status && SignalOf(status) == SupervisorScript.NotBegunSignal;
        var began = waits.GetTimestamp();
        while (true)
        {
            var named = RunRecord.Read(path) is { } found && IsOf(run, found) ? found : null;
            if (named is not null && IsOwn(run, named))
            {
                return named;
            }

            if (!notBegun)
            {
                // It began, and so made the record: what is there now, somebody else has written.
                return run.Record is { } open && RunRecord.Read(open) is { } kept && IsOf(run, kept) && IsOwn(run, kept) ? kept : null;
            }

            if (named is not null)
            {
                throw new OtherSupervisorException();
            }

            if (waits.GetElapsedTime(began) >= FirstLineTime)
            {
                throw new PlaceException($"The record '{path}' cannot be made.");
            }

            await Task.Delay(LookPeriod, waits).ConfigureAwait(false);
        }
    }

    private static bool IsOf(RunningCommand run, RunRecord record) =>
        (record.Header.AttemptToken, record.Header.EnqueuedAtMs) == (run.Header.AttemptToken, run.Header.EnqueuedAtMs);

    private static bool IsOwn(RunningCommand run, RunRecord record) => record.Supervisor.Pid == run.Pid || run.Adopted;

    private static async Task<bool> EndsBeforeCancelAsync(RunningCommand run, CancellationToken cancellationToken)
    {
        if (run.Ended.IsCompleted)
        {
            return true;
        }

        await ((Task)run.Ended).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return run.Ended.IsCompleted;
    }

    /// <summary>The command has ended: tells how.</summary>
    private static ReadOnlyMemory<byte> Settle(HandlerInvocation call, CommandResult result, RunningCommand run, bool stopped, string givenUp)
    {
        var exit = ExitOf(call.Leased, run.Header, result);
        if (result.Succeeded && !stopped)
        {
            call.Attempt.Notification = exit;
            return result.ToBytes();
        }

        if (stopped && call.Attempt.Reason == StopReason.Shutdown)
        {
            throw new OperationCanceledException("The worker stops, and the command was stopped with it.", call.CancellationToken);
        }

        throw SettlementException.Failed(new TaskFailure(Describe(result) + givenUp) { Result = result.ToBytes(), Notification = exit });
    }

    /// <summary>
    /// Something of the command runs on that cannot be stopped: its slot, and what the slot stands for, is taken until it is gone, or somebody says
    /// that it does not matter.
    /// </summary>
    /// <returns>What is to be said of it: nothing if it is gone.</returns>
    private async Task<string> UntilGoneAsync(LeasedTask task, RunningCommand run, Session session, IReadOnlyList<ProcessStat> left)
    {
        var mark = files.GiveUp(run.Header.TaskId, run.Header.Attempt);
        log.ProcessesLeft(task.Id, string.Join(", ", Session.Describe(left)));
        while (left.Count > 0)
        {
            if (GivenUp.Is(mark, run.Header))
            {
                CommandFiles.Remove(mark);
                return $" It was given up, and left {string.Join(", ", Session.Describe(left))}.";
            }

            await Task.Delay(LeftPeriod, waits, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (closing.IsCancellationRequested)
            {
                throw SettlementException.LeftRunning();
            }

            left = session.KillLeft();
        }

        return "";
    }

    /// <summary>
    /// What the supervisor wrote down; where that is missing, since the disk was full, or the record was deleted, what the kernel told its parent.
    /// </summary>
    private CommandResult ResultOf(RunningCommand run, RunRecord? record, Session session, CommandTask command)
    {
        var endedAt = record is { ExitStatus: not null } && run.Adopted ? record.WrittenAt : time.GetUtcNow();
        var result = record is null
            ? new CommandResult { StartedAt = StartOf(run.Header), EndedAt = endedAt, Pid = run.Pid, Adopted = run.Adopted }
            : ResultOf(record, run.Adopted, endedAt, command);
        if (record is { ExitStatus: not null } || run.EndStatus is not { } status)
        {
            return result;
        }

        if (SignalOf(status) is > 0 and var signal)
        {
            return result with { Signal = signal };
        }

        // The supervisor gives back what its shell gave it: 128 and the signal for a command that a signal ended.
        var code = (status >> 8) & 0xFF;
        return session.Sent.Contains(code - RunRecord.SignalBase) ? result with { Signal = code - RunRecord.SignalBase } : result with { ExitCode = code, Signal = null };
    }

    private static int SignalOf(int status) => status & 0x7F;

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
        var size = Size(files.Log(record.Header.TaskId, record.Header.Attempt));
        return new CommandResult
        {
            ExitCode = exitCode,
            Signal = signal,
            StartedAt = StartOf(record.Header),
            EndedAt = endedAt,
            Pid = record.Supervisor.Pid,
            OutputBytes = size + (command.SeparateErrors ? Size(files.ErrorLog(record.Header.TaskId, record.Header.Attempt)) : 0),
            OutputCut = record.OutputCut || size > command.MaxOutputBytes,
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
