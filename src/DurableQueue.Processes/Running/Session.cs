using System.Globalization;
using System.Runtime.InteropServices;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;

namespace DurableQueue.Processes.Running;

/// <summary>The processes of one run: those in its session and group, and those that left it but have its marks in their environment.</summary>
/// <param name="id">The supervisor's process id, which is also that of the session and the group.</param>
/// <param name="startedAt">When the supervisor started; all others started later.</param>
/// <param name="recordPath">The record, in which signals are noted.</param>
/// <param name="marks">Environment variables that only processes of this run have.</param>
/// <param name="trusted">
/// Whether the supervisor was alive a moment ago. Otherwise another process may have its number, and only processes with the marks are signalled.
/// </param>
/// <param name="time">The clock for the grace period.</param>
internal sealed class Session(int id, long startedAt, string recordPath, IReadOnlyList<string> marks, bool trusted, TimeProvider time)
{
    /// <summary>How often to check whether the processes have ended.</summary>
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>How long the supervisor may take to record the end of a killed command.</summary>
    private static readonly TimeSpan RecordTime = TimeSpan.FromSeconds(2);

    /// <summary>A killed process is gone as soon as the kernel handles it, but one in an uninterruptible wait may stay forever.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);

    private readonly HashSet<int> sent = [];

    /// <summary>The signals that were sent from here. They tell an end by a signal even without the record.</summary>
    public IReadOnlySet<int> Sent => sent;

    /// <summary>The session of a run whose supervisor was alive a moment ago.</summary>
    public static Session Of(CommandFiles files, RunRecord run, TimeProvider time) =>
        Of(files, run.Header, run.Supervisor.Pid, run.Supervisor.StartedAt, trusted: true, time);

    public static Session Of(CommandFiles files, RunningCommand run, TimeProvider time) =>
        Of(files, run.Header, run.Pid, run.StartedAt, trusted: !run.HadEnded, time);

    private static Session Of(CommandFiles files, RunHeader run, int id, long startedAt, bool trusted, TimeProvider time) =>
        new(id, startedAt, files.Run(run.TaskId, run.Attempt), RunMarks.Of(run, files.QueuePath), trusted, time);

    /// <summary>Sends a signal to the group. KILL goes to the whole session except the supervisor, so that it can record how the command ended.</summary>
    /// <returns>False if there is no process.</returns>
    public bool Signal(int signal)
    {
        Note(signal);
        return signal == CommandSignals.Kill ? KillMembers(withSupervisor: false, withEscaped: false) : Native.Kill(-id, signal) == 0;
    }

    /// <summary>Sends TERM to the group and, after the grace period, KILL to every process until none is left.</summary>
    /// <param name="grace">The time from TERM to KILL.</param>
    /// <param name="hurry">Ends the grace period.</param>
    /// <returns>The processes that are left: those of another user, and those that the kernel does not release.</returns>
    public Task<IReadOnlyList<ProcessStat>> StopAsync(TimeSpan grace, CancellationToken hurry = default) => StopAsync(grace, withEscaped: true, hurry);

    /// <summary>Kills what is left once more.</summary>
    /// <returns>The processes that are left then.</returns>
    public IReadOnlyList<ProcessStat> KillLeft()
    {
        KillMembers(withSupervisor: true, withEscaped: true);
        return Members(withSupervisor: true, withEscaped: true);
    }

    /// <summary>Describes processes for messages and callers.</summary>
    public static IReadOnlyList<CommandProcess> Describe(IEnumerable<ProcessStat> processes) =>
    [
        .. processes.Select(process => new CommandProcess
        {
            Pid = process.Pid,
            Name = ProcessStat.ReadName(process.Pid),
            UserId = FileStatus.Of(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}"))?.Owner ?? 0,
        }),
    ];

    /// <summary>The processes that are running now.</summary>
    public IReadOnlyList<ProcessStat> Left() => Members(withSupervisor: true, withEscaped: true);

    /// <summary>Those of its processes that this user may not signal.</summary>
    public IReadOnlyList<ProcessStat> Forbidden() =>
        [.. Members(withSupervisor: true, withEscaped: true).Where(member =>
            Native.Kill(member.Pid, 0) != 0 && Marshal.GetLastPInvokeError() == Native.ErrorNotPermitted)];

    /// <summary>Stops what the command left in its session when it ended. A process with a session of its own may stay.</summary>
    /// <returns>The processes that are left.</returns>
    public async Task<IReadOnlyList<ProcessStat>> StopRestAsync(TimeSpan grace)
    {
        // The number of a group is not used again while it has members; they are then checked one by one. A group that may not be signalled has members, too.
        var isThere = Native.Kill(-id, 0) == 0 || Marshal.GetLastPInvokeError() == Native.ErrorNotPermitted;
        return isThere && Members(withSupervisor: true, withEscaped: false).Count > 0
            ? await StopAsync(grace, withEscaped: false, CancellationToken.None).ConfigureAwait(false)
            : [];
    }

    private async Task<IReadOnlyList<ProcessStat>> StopAsync(TimeSpan grace, bool withEscaped, CancellationToken hurry)
    {
        Note(CommandSignals.Terminate);
        SignalGroup(CommandSignals.Terminate);
        SignalGroup(CommandSignals.Continue);
        if (await IsEmptyWithinAsync(grace, withEscaped, hurry).ConfigureAwait(false))
        {
            return [];
        }

        Note(CommandSignals.Kill);
        KillMembers(withSupervisor: false, withEscaped);
        if (!await IsEmptyWithinAsync(RecordTime, withEscaped, CancellationToken.None).ConfigureAwait(false))
        {
            KillMembers(withSupervisor: true, withEscaped);
            if (!await IsEmptyWithinAsync(LastWait, withEscaped, CancellationToken.None).ConfigureAwait(false))
            {
                return Members(withSupervisor: true, withEscaped);
            }
        }

        return [];
    }

    private void Note(int signal)
    {
        sent.Add(signal);
        RunRecord.NoteSignal(recordPath, signal);
    }

    private void SignalGroup(int signal)
    {
        if (trusted)
        {
            _ = Native.Kill(-id, signal);
            return;
        }

        foreach (var member in Members(withSupervisor: true, withEscaped: false))
        {
            _ = Native.Kill(member.Pid, signal);
        }
    }

    private async Task<bool> IsEmptyWithinAsync(TimeSpan limit, bool withEscaped, CancellationToken hurry)
    {
        var began = time.GetTimestamp();
        while (Members(withSupervisor: true, withEscaped).Count > 0)
        {
            if (time.GetElapsedTime(began) >= limit || hurry.IsCancellationRequested)
            {
                return false;
            }

            await Task.Delay(ProbePeriod, time, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return true;
    }

    private bool KillMembers(bool withSupervisor, bool withEscaped)
    {
        // A process may start another one meanwhile: repeat until only processes are found that were killed before.
        var killed = new HashSet<(int, long)>();
        bool again;
        do
        {
            again = false;
            foreach (var member in Members(withSupervisor, withEscaped))
            {
                if (killed.Add((member.Pid, member.StartedAt)))
                {
                    _ = Native.Kill(member.Pid, CommandSignals.Kill);
                    again = true;
                }
            }
        }
        while (again);

        return killed.Count > 0;
    }

    private List<ProcessStat> Members(bool withSupervisor, bool withEscaped)
    {
        // If another process has our supervisor's number, the number was free, so no process of ours was left in the session.
        var isOurs = ProcessStat.Read(id) is not { } leader || leader.StartedAt == startedAt;
        bool IsMember(ProcessStat process)
        {
            var inSession = isOurs && (process.Session == id || process.Group == id);
            return (inSession && trusted) || ((inSession || withEscaped) && ProcessStat.HasEnvironment(process.Pid, marks));
        }

        return [.. ProcessStat.ReadAll().Where(process =>
            process.StartedAt >= startedAt && (withSupervisor || process.Pid != id) && IsMember(process))];
    }
}
