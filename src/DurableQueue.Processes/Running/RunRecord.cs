using System.ComponentModel;
using System.Globalization;
using System.Text;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>
/// The record of one run. The first line identifies it; further lines name the process that holds its input, the signals that were sent, messages of the
/// supervisor's shell and, at the end, the exit code.
/// </summary>
internal sealed class RunRecord
{
    /// <summary>Shells return this plus the signal for a command that a signal ended.</summary>
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

    /// <summary>The supervisor as it recorded itself when it started.</summary>
    public ProcessStat Supervisor { get; }

    /// <summary>The exit status of the command in the supervisor's shell; <see langword="null"/> if it has not ended.</summary>
    public int? ExitStatus { get; private set; }

    /// <summary>The process that keeps the standard input open.</summary>
    public int? InputHolder { get; private set; }

    /// <summary>The processes that write the output to the log.</summary>
    public IReadOnlyList<(int Pid, long StartedAt)> Readers { get; private set; } = [];

    /// <summary>Whether some of the output was dropped; only recorded by earlier versions.</summary>
    public bool OutputCut { get; private set; }

    /// <summary>When the record was last written: the end of the command if it has an exit status.</summary>
    public DateTimeOffset WrittenAt { get; private set; }

    /// <summary>Whether it is running: its process exists in this boot and process id namespace, and is the supervisor of this run.</summary>
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

    /// <summary>Reads an open record, even if its name has changed.</summary>
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

        // Only complete lines count.
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
    /// Finds the supervisor of a run whose record is gone, by its command line, which names the run.
    /// </summary>
    /// <param name="files">The files of the queue.</param>
    /// <param name="matches">Selects the run.</param>
    public static RunRecord? FindRunning(CommandFiles files, Func<RunHeader, bool> matches) =>
        Supervisors().FirstOrDefault(record => record.path == files.Run(record.Header.TaskId, record.Header.Attempt) && matches(record.Header));

    /// <summary>The path that the supervisor of a running command was given for its record, in any directory.</summary>
    /// <param name="matches">Selects the run.</param>
    public static string? FindPath(Func<RunHeader, bool> matches) => Supervisors().FirstOrDefault(record => matches(record.Header))?.path;

    /// <summary>The supervisors on this machine, by their command lines.</summary>
    private static IEnumerable<RunRecord> Supervisors()
    {
        foreach (var process in ProcessStat.ReadAll())
        {
            if (process.Pid == process.Session
                && ProcessStat.ReadArguments(process.Pid) is [_, _, _, RunHeader.SupervisorName, var path, var header, ..]
                && RunHeader.Parse(header) is { } run)
            {
                yield return new RunRecord(run, process, path);
            }
        }
    }

    /// <summary>Opens the record through the descriptor of its running supervisor.</summary>
    /// <returns><see langword="null"/> if the supervisor has none, or may not be inspected.</returns>
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
            // The process is gone.
        }

        return null;
    }

    /// <summary>Records a signal before it is sent, so that an end by this signal is recognized. A missing record is not created.</summary>
    public static void NoteSignal(string path, int signal)
    {
        try
        {
            using var file = Descriptors.Open(path, Native.OpenWriteOnly | Native.OpenAppend | Native.OpenNonBlocking | Native.OpenNoFollow);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{SentMark}{signal}\n")), 0);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            // Its end may then be reported as an exit code.
        }
    }

    /// <summary>The supervisor as it is now; <see langword="null"/> if it is gone, even if another process has its number.</summary>
    public ProcessStat? ReadSupervisor() => ProcessStat.Read(Supervisor.Pid) is { } now && now.StartedAt == Supervisor.StartedAt ? now : null;

    /// <summary>
    /// Interprets the exit status. A shell returns 128 plus the signal for a command that a signal ended, but a command may also return such a code itself: it was
    /// a signal if the shell reported one, if it was sent from here, or if this shell never reports signals.
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
    /// A record names a process, and anyone who can write to the log directory can name any process there. The supervisor is a session leader whose command line
    /// names this run and its record, or who has the record open if the directory was moved since.
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
