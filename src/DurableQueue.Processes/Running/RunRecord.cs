using System.ComponentModel;
using System.Globalization;
using System.Text;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>
/// The record of one run: its first line says who it is, further lines which process holds its input, which signals were sent, what the supervisor's
/// shell said, and last the exit code.
/// </summary>
internal sealed class RunRecord
{
    /// <summary>Shells give this and the signal for a command that a signal ended.</summary>
    public const int SignalBase = 128;

    private const string Separator = " | ";
    private const string SentMark = "sent ";
    private const string InputMark = "input ";
    private const string ExitMark = "exit ";
    private const string CutMark = "cut";

    private readonly HashSet<int> sent = [];
    private bool shellSpoke;

    private readonly string? path;

    private RunRecord(RunHeader header, ProcessStat supervisor, string? path)
    {
        this.path = path;
        Header = header;
        Supervisor = supervisor;
    }

    public RunHeader Header { get; }

    /// <summary>The supervisor as it saw itself when it began.</summary>
    public ProcessStat Supervisor { get; }

    /// <summary>What the supervisor's shell gave for the command; <see langword="null"/> if it has not come to that.</summary>
    public int? ExitStatus { get; private set; }

    /// <summary>The process that keeps the standard input open.</summary>
    public int? InputHolder { get; private set; }

    /// <summary>The processes that write the output into the log.</summary>
    public IReadOnlyList<(int Pid, long StartedAt)> Readers { get; private set; } = [];

    /// <summary>Some of the output was dropped; only an earlier version wrote that down.</summary>
    public bool OutputCut { get; private set; }

    /// <summary>When it was last written, which is the end if it has an exit status.</summary>
    public DateTimeOffset WrittenAt { get; private set; }

    /// <summary>It runs: its process is there, in this boot and process id space, and the kernel says that it is the supervisor of this run.</summary>
    public bool IsAlive => Header.BootId == ProcessIdentity.ReadBootId() && ReadSupervisor() is { HasEnded: false } now && IsSupervisor(now);

    /// <returns><see langword="null"/> if there is no file, or its first line is not written yet.</returns>
    public static RunRecord? Read(string path)
    {
        try
        {
            using var file = Descriptors.Open(path, Native.OpenReadOnly | Native.OpenNonBlocking | Native.OpenNoFollow);
            return Read(file, path);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Reads a record that is open, whatever became of its name.</summary>
    /// <returns><see langword="null"/> if its first line is not written yet.</returns>
    public static RunRecord? Read(SafeFileHandle file) => Read(file, path: null);

    private static RunRecord? Read(SafeFileHandle file, string? path)
    {
        string text;
        DateTimeOffset writtenAt;
        try
        {
            var bytes = new byte[RandomAccess.GetLength(file)];
            text = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
            writtenAt = new DateTimeOffset(File.GetLastWriteTimeUtc(file), TimeSpan.Zero);
        }
        catch (Exception e) when (e is IOException or NotSupportedException or UnauthorizedAccessException)
        {
            return null;
        }

        // Only lines that are written to their end count.
        var lines = text.Split('\n')[..^1];
        if (lines.Length == 0)
        {
            return null;
        }

        var cut = lines[0].IndexOf(Separator, StringComparison.Ordinal);
        if (cut < 0 || RunHeader.Parse(lines[0][..cut]) is not { } header || ProcessStat.Parse(lines[0][(cut + Separator.Length)..]) is not { } supervisor)
        {
            return null;
        }

        var record = new RunRecord(header, supervisor, path) { WrittenAt = writtenAt };
        foreach (var line in lines.AsSpan(1))
        {
            record.Take(line);
        }

        return record;
    }

    /// <summary>
    /// Finds the supervisor of a run that has no record any more: each was told, when it was started, which run it is, and the kernel keeps that.
    /// </summary>
    /// <param name="files">Those of the queue.</param>
    /// <param name="matches">Which runs.</param>
    public static RunRecord? FindRunning(CommandFiles files, Func<RunHeader, bool> matches)
    {
        foreach (var process in ProcessStat.ReadAll())
        {
            if (process.Pid == process.Session
                && ProcessStat.ReadArguments(process.Pid) is [_, _, _, RunHeader.SupervisorName, var path, var header, ..]
                && RunHeader.Parse(header) is { } run
                && path == files.Run(run.TaskId, run.Attempt)
                && matches(run))
            {
                return new RunRecord(run, process, path);
            }
        }

        return null;
    }

    /// <summary>Opens the record as its supervisor, which runs, has it open.</summary>
    /// <returns><see langword="null"/> if it has none, or may not be looked at.</returns>
    public static SafeFileHandle? OpenOf(int supervisor)
    {
        try
        {
            var file = Descriptors.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{supervisor}/fd/2"), Native.OpenReadOnly | Native.OpenNonBlocking);
            if (FileStatus.Of(file) is { IsRegularFile: true })
            {
                return file;
            }

            file.Dispose();
        }
        catch (Win32Exception)
        {
            // It is gone.
        }

        return null;
    }

    /// <summary>Notes a signal before it is sent, so that a death by it is known as such. A record that is not there is not made.</summary>
    public static void NoteSignal(string path, int signal)
    {
        try
        {
            using var file = Descriptors.Open(path, Native.OpenWriteOnly | Native.OpenAppend | Native.OpenNonBlocking | Native.OpenNoFollow);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{SentMark}{signal}\n")), 0);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            // Its end is then known less well.
        }
    }

    /// <summary>The supervisor as it is now; <see langword="null"/> if it is gone, even if another process has its number.</summary>
    public ProcessStat? ReadSupervisor() => ProcessStat.Read(Supervisor.Pid) is { } now && now.StartedAt == Supervisor.StartedAt ? now : null;

    /// <summary>
    /// What the exit status means. A shell gives 128 and the signal for a command that a signal ended, which a command may also give back by itself:
    /// it was a signal if the shell said so, if we sent it, or if this shell never says.
    /// </summary>
    public (int? ExitCode, int? Signal) Ending()
    {
        if (ExitStatus is not { } status)
        {
            return (null, sent.Contains(CommandSignals.Kill) ? CommandSignals.Kill : null);
        }

        var signal = status - SignalBase;
        var wasSignal = signal is > 0 and <= 64 && (shellSpoke || sent.Contains(signal) || !Header.ReportsSignals);
        return wasSignal ? (null, signal) : (status, null);
    }

    /// <summary>
    /// A record names a process, and whoever may write to the log directory may write any process into one. The leader of a session that was told, when
    /// it was started, to be the supervisor of this run is it; so is one that has the record open, if the directory was moved since.
    /// </summary>
    private bool IsSupervisor(ProcessStat process) =>
        process.Session == process.Pid
        && ProcessStat.ReadArguments(process.Pid) is [_, _, _, RunHeader.SupervisorName, var told, var header, ..]
        && header == Header.ToString()
        && path is not null
        && (told == path || IsOpenIn(process.Pid, path));

    private static bool IsOpenIn(int supervisor, string path) =>
        FileStatus.Of(path, followLink: false) is { } record
        && FileStatus.Of(string.Create(CultureInfo.InvariantCulture, $"/proc/{supervisor}/fd/2")) is { } open
        && open.Identity == record.Identity;

    private void Take(string line)
    {
        if (TryNumber(line, ExitMark) is { } status)
        {
            ExitStatus = status;
        }
        else if (TryNumber(line, InputMark) is { } holder)
        {
            InputHolder = holder;
        }
        else if (TryNumber(line, SentMark) is { } signal)
        {
            sent.Add(signal);
        }
        else if (OutputReader.Parse(line) is { } readers)
        {
            Readers = readers;
        }
        else if (line == CutMark)
        {
            OutputCut = true;
        }
        else if (ExitStatus is null)
        {
            shellSpoke = true;
        }
    }

    private static int? TryNumber(string line, string mark) =>
        line.StartsWith(mark, StringComparison.Ordinal)
        && int.TryParse(line.AsSpan(mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
