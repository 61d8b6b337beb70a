using System.Diagnostics;
using DurableQueue.Processes.Linux;
using DurableQueue.Processes.Running;
using DurableQueue.Sqlite;
using DurableQueue.Storage;

namespace DurableQueue.Processes;

/// <summary>
/// Controls running commands from any process of the same user on the same machine; the worker is not involved. A process is only touched if its id, its
/// start time and the boot match what was recorded.
/// </summary>
/// <remarks>Methods that need a running command return <see langword="false"/> if the task has none.</remarks>
public sealed class CommandControl
{
    /// <summary>A process that was told to stop does so at its next turn: on a loaded machine later than the call.</summary>
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StopProbePeriod = TimeSpan.FromMilliseconds(1);

    private readonly ITaskQueue queue;
    private readonly TimeProvider time;
    private readonly CommandInput standardInput;

    /// <summary>Controls the commands of one queue.</summary>
    /// <param name="queue">The queue, open.</param>
    /// <param name="files">Where its commands keep their records.</param>
    /// <param name="time">The clock for waits; <see langword="null"/> means the system's.</param>
    public CommandControl(ITaskQueue queue, CommandFiles files, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(files);
        this.queue = queue;
        this.time = time ?? TimeProvider.System;
        standardInput = new CommandInput(files, this.time);
        Files = files;
    }

    /// <summary>Controls the commands of one queue whose records are in the default directory.</summary>
    /// <param name="queue">The queue, open.</param>
    /// <param name="queuePath">The queue file.</param>
    public CommandControl(ITaskQueue queue, string queuePath)
        : this(queue, new CommandFiles(queuePath))
    {
    }

    /// <summary>Where the commands keep their output and records.</summary>
    public CommandFiles Files { get; }

    /// <summary>The notification of an end that no worker has seen.</summary>
    internal NewNotification DescribeStop(LeasedTask task, string reason) => CommandEnding.ToNotification(
        task, "lost", reason, new CommandManifest(task, CommandTask.FromPayload(task.Payload), Files, new CommandSecrets(CommandSecrets.DefaultPatterns)));

    /// <summary>Finds the running command of a task.</summary>
    /// <returns><see langword="null"/> if the task has no running command on this machine.</returns>
    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public async ValueTask<CommandRun?> FindAsync(TaskId id, CancellationToken cancellationToken = default)
    {
        if (await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return null;
        }

        return new CommandRun
        {
            TaskId = id,
            Attempt = record.Header.Attempt,
            Pid = record.Supervisor.Pid,
            PidStartedAt = record.Supervisor.StartedAt,
            BootId = record.Header.BootId,
            StartedAt = record.Header.StartedAt,
            LogPath = Files.Log(id, record.Header.Attempt),
            Paused = record.ReadSupervisor() is { } supervisor && IsStopped(supervisor),
        };
    }

    /// <summary>Sends a signal to the command's process group.</summary>
    /// <param name="id">The task.</param>
    /// <param name="signal">For example <c>TERM</c>, <c>SIGUSR1</c> or <c>9</c>. KILL goes to the whole session.</param>
    /// <param name="cancellationToken">Cancels the call until the signal is sent.</param>
    /// <exception cref="ArgumentException">There is no such signal.</exception>
    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public async ValueTask<bool> SignalAsync(TaskId id, string signal, CancellationToken cancellationToken = default)
    {
        var number = CommandSignals.NumberOf(signal);
        return await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is { } record && SessionOf(record).Signal(number);
    }

    /// <summary>
    /// Suspends the command (SIGSTOP) until <see cref="ResumeAsync"/>, and returns when it is suspended. Its timeout keeps running.
    /// </summary>
    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public async ValueTask<bool> PauseAsync(TaskId id, CancellationToken cancellationToken = default)
    {
        if (await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is not { } record
            || !SessionOf(record).Signal(CommandSignals.NumberOf("STOP")))
        {
            return false;
        }

        // The kernel has no clock of a test, and no signal for this.
        var begun = Stopwatch.GetTimestamp();
        while (record.ReadSupervisor() is { HasEnded: false } now && !IsStopped(now) && Stopwatch.GetElapsedTime(begun) < StopsWithin)
        {
            await Task.Delay(StopProbePeriod, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private static bool IsStopped(ProcessStat process) => process.State is 'T' or 't';

    /// <summary>Continues a paused command (SIGCONT).</summary>
    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public ValueTask<bool> ResumeAsync(TaskId id, CancellationToken cancellationToken = default) => SignalAsync(id, "CONT", cancellationToken);

    /// <summary>Writes to the command's standard input; waits while the command does not read.</summary>
    /// <param name="id">The task.</param>
    /// <param name="input">The bytes.</param>
    /// <param name="cancellationToken">Ends the wait; part of the input may have been written.</param>
    /// <returns>False also if the input is closed, or the command was started with <see cref="CommandTask.NoInput"/>.</returns>
    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public async ValueTask<bool> SendAsync(TaskId id, ReadOnlyMemory<byte> input, CancellationToken cancellationToken = default) =>
        await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is { } record
        && await standardInput.SendAsync(record, input, cancellationToken).ConfigureAwait(false);

    /// <summary>Closes the command's standard input: the command reads what was sent, and then the end of the file.</summary>
    /// <returns>False also if it is closed already, or the command was started with <see cref="CommandTask.NoInput"/>.</returns>
    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public async ValueTask<bool> CloseInputAsync(TaskId id, CancellationToken cancellationToken = default) =>
        await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is { } record
        && await standardInput.CloseAsync(record, cancellationToken).ConfigureAwait(false);

    /// <summary>Stops the command: TERM to its group and, after the grace period, KILL to its whole session. Returns when nothing of it is left.</summary>
    /// <param name="id">The task.</param>
    /// <param name="grace">The time from TERM to KILL; <see langword="null"/> means the command's own.</param>
    /// <param name="cancellationToken">Ends the grace period: what is left is killed at once.</param>
    /// <remarks>The worker settles the task as a failed attempt. To end the task, use <see cref="ITaskControl.CancelAsync"/>.</remarks>
    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public async ValueTask<bool> StopAsync(TaskId id, TimeSpan? grace = null, CancellationToken cancellationToken = default)
    {
        if (await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return false;
        }

        await SessionOf(record).StopAsync(grace ?? record.Header.KillGrace, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Finds the processes of a running attempt that this user may not signal, because they run as another user. Neither this program nor a worker of this user
    /// can stop them; the attempt ends when they end, or when it is given up.
    /// </summary>
    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public async ValueTask<IReadOnlyList<CommandProcess>> FindUnstoppableAsync(TaskId id, CancellationToken cancellationToken = default) =>
        await FindAttemptAsync(id, cancellationToken).ConfigureAwait(false) is { } record ? Session.Describe(SessionOf(record).Forbidden()) : [];

    /// <summary>
    /// Tells the worker to end an attempt that it is stopping, even if processes are left that cannot be stopped; this frees its slot. The task must have been
    /// cancelled or timed out. An attempt that can be stopped is not affected.
    /// </summary>
    /// <returns>The processes that are left now.</returns>
    /// <remarks>The worker ends the attempt within a second after it has tried to stop what it can.</remarks>
    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    /// <exception cref="IOException">The log directory cannot be used.</exception>
    public async ValueTask<IReadOnlyList<CommandProcess>> GiveUpAsync(TaskId id, CancellationToken cancellationToken = default)
    {
        if (await FindAttemptAsync(id, cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return [];
        }

        GivenUp.Mark(Files, record.Header);
        return Session.Describe(SessionOf(record).Left());
    }

    /// <summary>The run of an attempt that is not settled, even if its supervisor has ended.</summary>
    private async ValueTask<RunRecord?> FindAttemptAsync(TaskId id, CancellationToken cancellationToken)
    {
        if (await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is { } running)
        {
            return running;
        }

        return await queue.Inspector.GetAsync(id, cancellationToken).ConfigureAwait(false) is { State: TaskState.CheckedOut } info
            && RunRecord.Read(Files.Run(id, info.Attempt)) is { } record
            && record.Header.EnqueuedAtMs == info.EnqueuedAt.ToUnixTimeMilliseconds()
            && record.Header.BootId == ProcessIdentity.ReadBootId()
            ? record
            : null;
    }

    private async ValueTask<RunRecord?> FindRecordAsync(TaskId id, CancellationToken cancellationToken)
    {
        var info = await queue.Inspector.GetAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new TaskNotFoundException(id);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("Commands run on Linux only.");
        }

        for (var attempt = info.Attempt; attempt > 0; attempt--)
        {
            if (RunRecord.Read(Files.Run(id, attempt)) is { } record
                && record.Header.EnqueuedAtMs == info.EnqueuedAt.ToUnixTimeMilliseconds()
                && record.IsAlive)
            {
                return record;
            }
        }

        // A command runs on when its record is deleted.
        return info.State == TaskState.CheckedOut
            ? RunRecord.FindRunning(Files, run => run.TaskId == id && run.EnqueuedAtMs == info.EnqueuedAt.ToUnixTimeMilliseconds())
            : null;
    }

    private Session SessionOf(RunRecord record) => Session.Of(Files, record, time);
}
