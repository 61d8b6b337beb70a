using DurableQueue.Processes.Linux;
using DurableQueue.Worker;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Processes.Running;

/// <summary>Follows a running command to its end: watches its output, stops it when the attempt is cancelled, and settles the attempt.</summary>
internal sealed class CommandFollower(
    CommandFiles files, CommandOptions options, CommandResults results, TimeProvider waits, ILogger log) : IDisposable
{
    /// <summary>How long the end may take to be seen after everything was killed. Beyond that the kernel holds a process that cannot be ended.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeftPeriod = TimeSpan.FromMilliseconds(500);

    private readonly CommandSecrets secrets = new(options.SecretNames);
    private readonly CancellationTokenSource closing = new();

    /// <summary>What the notifications of an attempt carry.</summary>
    public CommandManifest CreateManifest(LeasedTask task, CommandTask command) => new(task, command, files, secrets);

    /// <summary>Ends the waits for processes that cannot be stopped.</summary>
    public void Dispose() => closing.Cancel();

    /// <returns>The result of a command that succeeded.</returns>
    /// <exception cref="SettlementException">The command failed, or the worker stops and the command continues.</exception>
    /// <exception cref="OtherSupervisorException">Another supervisor runs the attempt.</exception>
    /// <exception cref="PlaceException">The command was not started, because its record could not be created.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> FollowAsync(HandlerInvocation call, CommandTask command, RunningCommand run, WatchProgress progress)
    {
        using var openRecord = run.Record;
        var manifest = CreateManifest(call.Leased, command);
        var budget = new WakeBudget(command.MaxWakes ?? options.MaxWakes, command.MaxWakeBytes ?? options.MaxWakeBytes);
        await using var watch = OutputWatch.Start(new WatchedRun(run.Header, command, call.Context, manifest, budget, progress, files), waits, log);
        var session = Session.Of(files, run, waits);
        var stopped = !await EndsBeforeCancelAsync(run, call.CancellationToken).ConfigureAwait(false);
        var left = stopped ? await StopAsync(call, run, session).ConfigureAwait(false) : [];
        if (run.Ended.IsFaulted)
        {
            // The host is being torn down, and the processes are no longer waited for. This one may still run.
            throw SettlementException.LeftRunning();
        }

        var record = await ReadRecordAsync(run).ConfigureAwait(false);
        left = left.Count > 0 ? left : await session.StopRestAsync(run.Header.KillGrace).ConfigureAwait(false);
        var givenUp = left.Count > 0 ? await WaitUntilGoneAsync(call.Leased, run, session, left).ConfigureAwait(false) : "";
        foreach (var reader in run.Readers)
        {
            await reader.DrainAsync(waits).ConfigureAwait(false);
        }

        if (watch is not null)
        {
            await watch.FinishAsync().ConfigureAwait(false);
        }

        CommandFiles.Remove(files.Input(run.Header.TaskId, run.Header.Attempt));
        return Settle(call, results.Of(run, record, session.Sent, command), run, manifest, stopped, givenUp);
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

    /// <summary>The attempt was cancelled: stops the command, unless it belongs to another worker now.</summary>
    /// <returns>The processes that could not be stopped.</returns>
    private async Task<IReadOnlyList<ProcessStat>> StopAsync(HandlerInvocation call, RunningCommand run, Session session)
    {
        switch (call.Attempt.Reason)
        {
            case StopReason.LeaseLost:
                // Another worker has the task, and the command with it.
                throw new OperationCanceledException("The lease was lost.", call.CancellationToken);
            case StopReason.Shutdown when options.RestartPolicy == CommandRestart.Adopt:
                throw SettlementException.LeftRunning();
            default:
                var left = await session.StopAsync(run.Header.KillGrace).ConfigureAwait(false);
                await ((Task)run.Ended).WaitAsync(LastWait, waits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return left;
        }
    }

    /// <returns>The record of this run; <see langword="null"/> if it is gone.</returns>
    /// <exception cref="OtherSupervisorException">Another supervisor runs the attempt.</exception>
    /// <exception cref="PlaceException">The record could not be created, and so the command was not started.</exception>
    private async ValueTask<RunRecord?> ReadRecordAsync(RunningCommand run)
    {
        var path = files.Run(run.Header.TaskId, run.Header.Attempt);
        var notBegun = run.EndStatus is { } status && WaitStatus.SignalOf(status) == SupervisorScript.NotBegunSignal;
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
                // The supervisor began, and so created the record: another process wrote what is there now.
                return run.Record is { } open && RunRecord.Read(open) is { } kept && IsOf(run, kept) && IsOwn(run, kept) ? kept : null;
            }

            if (named is not null)
            {
                throw new OtherSupervisorException();
            }

            if (waits.GetElapsedTime(began) >= EarlierRuns.FirstLineTime)
            {
                throw new PlaceException($"The record '{path}' cannot be created.");
            }

            await Task.Delay(EarlierRuns.ProbePeriod, waits).ConfigureAwait(false);
        }
    }

    private static bool IsOf(RunningCommand run, RunRecord record) =>
        (record.Header.AttemptToken, record.Header.EnqueuedAtMs) == (run.Header.AttemptToken, run.Header.EnqueuedAtMs);

    private static bool IsOwn(RunningCommand run, RunRecord record) => record.Supervisor.Pid == run.Pid || run.Adopted;

    /// <summary>
    /// Processes of the command that cannot be stopped are still running: the slot stays taken until they are gone, or until the attempt is given up.
    /// </summary>
    /// <returns>A sentence for the failure; empty if they are gone.</returns>
    private async Task<string> WaitUntilGoneAsync(LeasedTask task, RunningCommand run, Session session, IReadOnlyList<ProcessStat> left)
    {
        var mark = files.GiveUp(run.Header.TaskId, run.Header.Attempt);
        log.ProcessesLeft(task.Id, string.Join(", ", Session.Describe(left)));
        while (left.Count > 0)
        {
            if (GivenUp.Is(mark, run.Header))
            {
                CommandFiles.Remove(mark);
                return $" The attempt was given up and left {string.Join(", ", Session.Describe(left))}.";
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

    private static ReadOnlyMemory<byte> Settle(HandlerInvocation call, CommandResult result, RunningCommand run, CommandManifest manifest, bool stopped, string givenUp)
    {
        var notification = CommandEnding.ToNotification(call.Leased, result, manifest);
        if (result.Succeeded && !stopped)
        {
            call.Attempt.Notification = notification;
            return result.ToBytes();
        }

        if (stopped && call.Attempt.Reason == StopReason.Shutdown)
        {
            throw new OperationCanceledException("The worker stops, and the command was stopped with it.", call.CancellationToken);
        }

        throw SettlementException.Failed(new TaskFailure(CommandEnding.Describe(result) + givenUp) { Result = result.ToBytes(), Notification = notification });
    }
}
