using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using DurableQueue.Processes.Linux;
using DurableQueue.Processes.Running;
using DurableQueue.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes;

/// <summary>
/// Reaches commands that run, from any process of the same user on the same machine, without help of the worker. A process id counts only with
/// the start time and the boot id that were recorded with it.
/// </summary>
/// <remarks>Methods that need a running command answer <see langword="false"/> if the task has none.</remarks>
public sealed class CommandControl
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FirstLinesTime = TimeSpan.FromSeconds(2);

    private readonly ITaskQueue queue;
    private readonly TimeProvider time;

    /// <summary>For the commands of one queue.</summary>
    /// <param name="queue">The queue, open.</param>
    /// <param name="files">Where its commands keep their records.</param>
    /// <param name="time">The clock of waits; <see langword="null"/> means the system's.</param>
    public CommandControl(ITaskQueue queue, CommandFiles files, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(files);
        this.queue = queue;
        this.time = time ?? TimeProvider.System;
        Files = files;
    }

    /// <summary>For the commands of one queue, whose records are in the usual place.</summary>
    /// <param name="queue">The queue, open.</param>
    /// <param name="queuePath">Its file.</param>
    public CommandControl(ITaskQueue queue, string queuePath)
        : this(queue, new CommandFiles(queuePath))
    {
    }

    /// <summary>Where the commands keep their output and records.</summary>
    public CommandFiles Files { get; }

    /// <summary>The running command of a task; <see langword="null"/> if it has none on this machine.</summary>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
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
            Paused = record.ReadSupervisor() is { State: 'T' or 't' },
        };
    }

    /// <summary>Sends a signal to the command's process group.</summary>
    /// <param name="id">The task.</param>
    /// <param name="signal">Such as <c>TERM</c>, <c>SIGUSR1</c> or <c>9</c>. KILL goes to the whole session.</param>
    /// <param name="cancellationToken">Works until the signal is sent.</param>
    /// <exception cref="ArgumentException">There is no such signal.</exception>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    public async ValueTask<bool> SignalAsync(TaskId id, string signal, CancellationToken cancellationToken = default)
    {
        var number = CommandSignals.NumberOf(signal);
        return await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is { } record && SessionOf(record).Signal(number);
    }

    /// <summary>Stops the command where it is, until <see cref="ResumeAsync"/>. Its timeout goes on.</summary>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    public ValueTask<bool> PauseAsync(TaskId id, CancellationToken cancellationToken = default) => SignalAsync(id, "STOP", cancellationToken);

    /// <summary>Lets a paused command go on.</summary>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    public ValueTask<bool> ResumeAsync(TaskId id, CancellationToken cancellationToken = default) => SignalAsync(id, "CONT", cancellationToken);

    /// <summary>Writes to the command's standard input; waits while the command does not read.</summary>
    /// <param name="id">The task.</param>
    /// <param name="input">The bytes.</param>
    /// <param name="cancellationToken">Ends the waiting; a part may have been written.</param>
    /// <returns>False also if the input is closed, or the command was started with <see cref="CommandTask.NoInput"/>.</returns>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    public async ValueTask<bool> SendAsync(TaskId id, ReadOnlyMemory<byte> input, CancellationToken cancellationToken = default)
    {
        if (await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return false;
        }

        using var pipe = await OpenInputAsync(record, cancellationToken).ConfigureAwait(false);
        if (pipe is null)
        {
            return false;
        }

        var left = input;
        while (!left.IsEmpty)
        {
            var written = Write(pipe, left.Span);
            if (written < 0)
            {
                return false;
            }

            left = left[written..];
            if (written == 0)
            {
                // The pipe is full. Nobody tells when there is room.
                await Task.Delay(LookPeriod, time, cancellationToken).ConfigureAwait(false);
            }
        }

        return true;
    }

    /// <summary>Ends the command's standard input: it reads what was sent and then the end.</summary>
    /// <returns>False also if it was closed before, or the command was started with <see cref="CommandTask.NoInput"/>.</returns>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    public async ValueTask<bool> CloseInputAsync(TaskId id, CancellationToken cancellationToken = default)
    {
        if (await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return false;
        }

        if (await FindHolderAsync(record, cancellationToken).ConfigureAwait(false) is not { } holder)
        {
            return false;
        }

        // Without the file nobody sends any more; without the holder nobody has the other end open.
        CommandFiles.Remove(Files.Input(id, record.Header.Attempt));
        return Native.Kill(holder, CommandSignals.Kill) == 0;
    }

    /// <summary>Stops the command: TERM to its group, after the grace KILL to all of its session. Returns when nothing of it is left.</summary>
    /// <param name="id">The task.</param>
    /// <param name="grace">From TERM to KILL; <see langword="null"/> means the command's own.</param>
    /// <param name="cancellationToken">Ends the grace: what is left is killed at once.</param>
    /// <remarks>The task is settled by its worker, as a failed attempt; use <see cref="ITaskControl.CancelAsync"/> to end the task.</remarks>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    public async ValueTask<bool> StopAsync(TaskId id, TimeSpan? grace = null, CancellationToken cancellationToken = default)
    {
        if (await FindRecordAsync(id, cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return false;
        }

        await SessionOf(record).StopAsync(grace ?? TimeSpan.FromMilliseconds(record.Header.KillGraceMs), cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// The processes of a running attempt that this user may not signal, since another user's rights are theirs. Neither a worker of this user nor this
    /// program can stop them, and the attempt ends only when they do, or is given up.
    /// </summary>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
    public async ValueTask<IReadOnlyList<CommandProcess>> FindUnstoppableAsync(TaskId id, CancellationToken cancellationToken = default) =>
        await FindAttemptAsync(id, cancellationToken).ConfigureAwait(false) is { } record ? Session.Describe(SessionOf(record).Forbidden()) : [];

    /// <summary>
    /// Tells the worker to end an attempt that it is stopping although processes are left that cannot be stopped; its slot is then free. The task must
    /// have been cancelled, or its time be over. Does nothing to an attempt that can be stopped.
    /// </summary>
    /// <returns>Those that are left now.</returns>
    /// <remarks>The worker ends it within a second, once it has tried to stop what it can.</remarks>
    /// <exception cref="TaskNotFoundException">No such task.</exception>
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

    /// <summary>The run of an attempt that is not settled, also if its supervisor has ended.</summary>
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

        // Records can be deleted under a command, which runs on all the same.
        return info.State == TaskState.CheckedOut
            ? RunRecord.FindRunning(Files, run => run.TaskId == id && run.EnqueuedAtMs == info.EnqueuedAt.ToUnixTimeMilliseconds())
            : null;
    }

    /// <summary>Opens the pipe of the standard input by its name, or, if that was deleted, as the process has it open that holds it.</summary>
    /// <returns><see langword="null"/> if the input is closed.</returns>
    private async Task<SafeFileHandle?> OpenInputAsync(RunRecord record, CancellationToken cancellationToken)
    {
        var opened = TryOpenPipe(Files.Input(record.Header.TaskId, record.Header.Attempt), Native.OpenNoFollow);
        return opened is null && await FindHolderAsync(record, cancellationToken).ConfigureAwait(false) is { } holder
            ? TryOpenPipe(string.Create(CultureInfo.InvariantCulture, $"/proc/{holder}/fd/{SupervisorScript.InputHold}"), 0)
            : opened;
    }

    private static SafeFileHandle? TryOpenPipe(string path, int flags)
    {
        try
        {
            var pipe = Descriptors.Open(path, Native.OpenWriteOnly | Native.OpenNonBlocking | flags);
            if (InodeStatus.Of(Descriptors.NumberOf(pipe)) is { IsPipe: true })
            {
                return pipe;
            }

            pipe.Dispose();
        }
        catch (Win32Exception)
        {
            // It is not there, or nobody reads from it.
        }

        return null;
    }

    /// <summary>
    /// The process that holds the standard input open. The supervisor writes it down right after its first line; without a record it is known by what
    /// it has open.
    /// </summary>
    private async Task<int?> FindHolderAsync(RunRecord record, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var supervisor = record.Supervisor.Pid;
        while (InodeStatus.OfTarget(DescriptorOf(supervisor, SupervisorScript.Input)) is { IsPipe: true } input)
        {
            var current = RunRecord.Read(Files.Run(record.Header.TaskId, record.Header.Attempt));
            if (current?.InputHolder is { } pid)
            {
                return ProcessStat.Read(pid) is { HasEnded: false } known && known.Session == supervisor ? pid : null;
            }

            var holder = ProcessStat.ReadAll().FirstOrDefault(process =>
                process.Session == supervisor
                && process.Pid != supervisor
                && InodeStatus.OfTarget(DescriptorOf(process.Pid, SupervisorScript.InputHold)) is { } held
                && held.IsSameFile(input)
                && InodeStatus.OfTarget(DescriptorOf(process.Pid, SupervisorScript.Silence)) is { IsPipe: true });
            if (holder.Pid > 0)
            {
                return holder.Pid;
            }

            if (current is null || time.GetElapsedTime(began) >= FirstLinesTime)
            {
                // It was started, and has ended.
                return null;
            }

            await Task.Delay(LookPeriod, time, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private static string DescriptorOf(int pid, int number) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd/{number}");

    private Session SessionOf(RunRecord record) => Session.Of(Files, record, time);

    /// <returns>How many were written, 0 if there is no room, negative if nobody reads.</returns>
    private static unsafe int Write(SafeFileHandle pipe, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var written = Native.Write(Descriptors.NumberOf(pipe), start, bytes.Length);
            return written >= 0 ? (int)written : Marshal.GetLastPInvokeError() == Native.ErrorAgain ? 0 : -1;
        }
    }
}
