using System.Globalization;
using System.Text;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;

namespace DurableQueue.Processes.Running;

/// <summary>
/// The record of one run: its first line says who it is, further lines which process holds its input, which signals were sent, what the supervisor's
/// shell said, and last the exit code.
/// </summary>
internal sealed class RunRecord
{
    private const string Separator = " | ";
    private const string SentMark = "sent ";
    private const string InputMark = "input ";
    private const string ExitMark = "exit ";
    private const string CutMark = "cut";
    private const int SignalBase = 128;

    private readonly HashSet<int> sent = [];
    private bool shellSpoke;

    private RunRecord(RunHeader header, ProcessStat supervisor)
    {
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

    /// <summary>Some of the output was dropped.</summary>
    public bool OutputCut { get; private set; }

    /// <summary>When it was last written, which is the end if it has an exit status.</summary>
    public DateTimeOffset WrittenAt { get; private set; }

    /// <summary>It runs: its process is there, in this boot and process id space.</summary>
    public bool IsAlive => Header.BootId == ProcessIdentity.ReadBootId() && Look() is { HasEnded: false };

    /// <returns><see langword="null"/> if there is no file, or its first line is not written yet.</returns>
    public static RunRecord? Read(string path)
    {
        string text;
        DateTimeOffset writtenAt;
        try
        {
            text = File.ReadAllText(path, Encoding.UTF8);
            writtenAt = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
        }
        catch (IOException)
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

        var record = new RunRecord(header, supervisor) { WrittenAt = writtenAt };
        foreach (var line in lines.AsSpan(1))
        {
            record.Take(line);
        }

        return record;
    }

    /// <summary>Notes a signal before it is sent, so that a death by it is known as such.</summary>
    public static void NoteSignal(string path, int signal)
    {
        try
        {
            File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture, $"{SentMark}{signal}\n"));
        }
        catch (IOException)
        {
            // Its end is then known less well.
        }
    }

    /// <summary>The supervisor now; <see langword="null"/> if it is gone, also if another process has its number.</summary>
    public ProcessStat? Look() => ProcessStat.Read(Supervisor.Pid) is { } now && now.StartedAt == Supervisor.StartedAt ? now : null;

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
        var wasSignal = signal is > 0 and <= 64 && (shellSpoke || sent.Contains(signal) || !Header.TellsSignals);
        return wasSignal ? (null, signal) : (status, null);
    }

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
