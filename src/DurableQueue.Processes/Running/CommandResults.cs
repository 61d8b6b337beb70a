using DurableQueue.Processes.Linux;

namespace DurableQueue.Processes.Running;

/// <summary>Works out how a command ended, from its record and from what the kernel reported.</summary>
internal sealed class CommandResults(CommandFiles files, TimeProvider time)
{
    /// <summary>
    /// The result by the supervisor's record; without one, because the disk was full or the record was deleted, by the status that the kernel gave to the
    /// supervisor's parent.
    /// </summary>
    /// <param name="run">The command that ended.</param>
    /// <param name="record">Its record; <see langword="null"/> if that is gone.</param>
    /// <param name="sent">The signals that this worker sent to it.</param>
    /// <param name="command">Where its output went.</param>
    public CommandResult Of(RunningCommand run, RunRecord? record, IReadOnlySet<int> sent, CommandTask command)
    {
        var endedAt = record is { ExitStatus: not null } && run.Adopted ? record.WrittenAt : time.GetUtcNow();
        var result = record is null
            ? new CommandResult { StartedAt = run.Header.StartedAt, EndedAt = endedAt, Pid = run.Pid, Adopted = run.Adopted }
            : Of(record, run.Adopted, endedAt, command);
        return record is { ExitStatus: not null } || run.EndStatus is not { } status ? result : Apply(result, status, sent);
    }

    public CommandResult Of(RunRecord record, bool adopted, DateTimeOffset endedAt, CommandTask command)
    {
        var (exitCode, signal) = record.Ending();
        var size = Size(files.Log(record.Header.TaskId, record.Header.Attempt));
        return new CommandResult
        {
            ExitCode = exitCode,
            Signal = signal,
            StartedAt = record.Header.StartedAt,
            EndedAt = endedAt,
            Pid = record.Supervisor.Pid,
            OutputBytes = size + (command.SeparateErrors ? Size(files.ErrorLog(record.Header.TaskId, record.Header.Attempt)) : 0),
            OutputCut = record.OutputCut || size > command.MaxOutputBytes,
            Adopted = adopted,
        };
    }

    private static CommandResult Apply(CommandResult result, int status, IReadOnlySet<int> sent)
    {
        if (WaitStatus.SignalOf(status) is > 0 and var signal)
        {
            return result with { Signal = signal };
        }

        // The supervisor returns what its shell returned: 128 and the signal for a command that a signal ended.
        var code = WaitStatus.ExitCodeOf(status);
        return sent.Contains(code - RunRecord.SignalBase) ? result with { Signal = code - RunRecord.SignalBase } : result with { ExitCode = code, Signal = null };
    }

    private static long Size(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
