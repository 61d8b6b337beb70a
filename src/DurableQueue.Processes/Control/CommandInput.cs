using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using DurableQueue.Processes.Linux;
using DurableQueue.Processes.Running;
using DurableQueue.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes;

/// <summary>The standard input of running commands: a named pipe, and a process of the supervisor that holds its other end open.</summary>
internal sealed class CommandInput(CommandFiles files, TimeProvider time)
{
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FirstLinesTime = TimeSpan.FromSeconds(2);

    /// <returns>False if the input is closed.</returns>
    public async Task<bool> SendAsync(RunRecord record, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var pipe = await OpenAsync(record, cancellationToken).ConfigureAwait(false);
        if (pipe is null)
        {
            return false;
        }

        while (!bytes.IsEmpty)
        {
            var written = Write(pipe, bytes.Span);
            if (written < 0)
            {
                return false;
            }

            bytes = bytes[written..];
            if (written == 0)
            {
                // The pipe is full, and nothing signals when there is room.
                await Task.Delay(ProbePeriod, time, cancellationToken).ConfigureAwait(false);
            }
        }

        return true;
    }

    /// <returns>False if the input is closed already.</returns>
    public async Task<bool> CloseAsync(RunRecord record, CancellationToken cancellationToken)
    {
        if (await FindHolderAsync(record, cancellationToken).ConfigureAwait(false) is not { } holder)
        {
            return false;
        }

        // Without the file nothing more can be sent; without the holder the other end is closed.
        CommandFiles.Remove(files.Input(record.Header.TaskId, record.Header.Attempt));
        return Native.Kill(holder, CommandSignals.Kill) == 0;
    }

    /// <summary>Opens the pipe by its name or, if that was deleted, through the process that holds it open.</summary>
    /// <returns><see langword="null"/> if the input is closed.</returns>
    private async Task<SafeFileHandle?> OpenAsync(RunRecord record, CancellationToken cancellationToken)
    {
        var opened = TryOpen(files.Input(record.Header.TaskId, record.Header.Attempt), Native.OpenNoFollow);
        return opened is null && await FindHolderAsync(record, cancellationToken).ConfigureAwait(false) is { } holder
            ? TryOpen(DescriptorOf(holder, SupervisorScript.InputHold), 0)
            : opened;
    }

    private static SafeFileHandle? TryOpen(string path, int flags)
    {
        try
        {
            var pipe = Descriptors.Open(path, Native.OpenWriteOnly | Native.OpenNonBlocking | flags);
            if (FileStatus.Of(pipe) is { IsPipe: true })
            {
                return pipe;
            }

            pipe.Dispose();
        }
        catch (Win32Exception)
        {
            // There is no such file, or no process reads from it.
        }

        return null;
    }

    /// <summary>
    /// Finds the process that holds the input open. The supervisor records it right after its first line; without a record it is found by its open files.
    /// </summary>
    private async Task<int?> FindHolderAsync(RunRecord record, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var supervisor = record.Supervisor.Pid;
        while (FileStatus.Of(DescriptorOf(supervisor, SupervisorScript.Input)) is { IsPipe: true } input)
        {
            var current = RunRecord.Read(files.Run(record.Header.TaskId, record.Header.Attempt));
            if (current?.InputHolder is { } pid)
            {
                return ProcessStat.Read(pid) is { HasEnded: false } known && known.Session == supervisor ? pid : null;
            }

            var holder = ProcessStat.ReadAll().FirstOrDefault(process =>
                process.Session == supervisor
                && process.Pid != supervisor
                && FileStatus.Of(DescriptorOf(process.Pid, SupervisorScript.InputHold)) is { } held
                && held.Identity == input.Identity
                && FileStatus.Of(DescriptorOf(process.Pid, SupervisorScript.Silence)) is { IsPipe: true });
            if (holder.Pid > 0)
            {
                return holder.Pid;
            }

            if (current is null || time.GetElapsedTime(began) >= FirstLinesTime)
            {
                // The holder was started, and has ended.
                return null;
            }

            await Task.Delay(ProbePeriod, time, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private static string DescriptorOf(int pid, int number) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd/{number}");

    /// <returns>The number of bytes written; 0 if there is no room, negative if no process reads.</returns>
    private static unsafe int Write(SafeFileHandle pipe, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var written = Native.Write(Descriptors.NumberOf(pipe), start, bytes.Length);
            return written >= 0 ? (int)written : Marshal.GetLastPInvokeError() == Native.ErrorAgain ? 0 : -1;
        }
    }
}
