using System.Globalization;
using System.Runtime.InteropServices;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;

namespace DurableQueue.Processes.Running;

/// <summary>The processes of one run: those of its session and group, and those that left it but carry its marks in their environment.</summary>
/// <param name="id">The supervisor's process id, which is that of the session and the group.</param>
/// <param name="startedAt">When the supervisor started; all others started later.</param>
/// <param name="recordPath">Signals are noted there.</param>
/// <param name="marks">Environment variables that only processes of this run have.</param>
/// <param name="trusted">
/// The supervisor was there a moment ago. Else its number may be used by others, and only processes with the marks are touched.
/// </param>
/// <param name="time">For the grace.</param>
internal sealed class Session(int id, long startedAt, string recordPath, IReadOnlyList<string> marks, bool trusted, TimeProvider time)
{
    /// <summary>How often it is looked whether the rest is gone, once it was told to go.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>How long the supervisor gets to write down the end of what was killed.</summary>
    private static readonly TimeSpan RecordTime = TimeSpan.FromSeconds(2);

    /// <summary>A process that was killed is gone as soon as the kernel comes to it; one in an uninterruptible wait may take for ever.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);

    private readonly HashSet<int> sent = [];

    /// <summary>The signals that were sent from here, which a death by one of them is known by even without the record.</summary>
    public IReadOnlySet<int> Sent => sent;

    /// <summary>The session of a run whose supervisor was alive a moment ago.</summary>
    public static Session Of(CommandFiles files, RunRecord run, TimeProvider time) =>
        Of(files, run.Header, run.Supervisor.Pid, run.Supervisor.StartedAt, trusted: true, time);

    public static Session Of(CommandFiles files, RunningCommand run, TimeProvider time) =>
        Of(files, run.Header, run.Pid, run.StartedAt, trusted: !run.HadEnded, time);

    private static Session Of(CommandFiles files, RunHeader run, int id, long startedAt, bool trusted, TimeProvider time) =>
        new(id, startedAt, files.Run(run.TaskId, run.Attempt), RunMarks.Of(run, files.QueuePath), trusted, time);

    /// <summary>Sends a signal to the group. KILL goes to the whole session but the supervisor, so that it can write down how the command ended.</summary>
    /// <returns>False if there is nobody.</returns>
    public bool Signal(int signal)
    {
        Note(signal);
        return signal == CommandSignals.Kill ? KillMembers(withSupervisor: false, withEscaped: false) : Native.Kill(-id, signal) == 0;
    }

    /// <summary>TERM to the group, the grace, then KILL to everything until nothing is left.</summary>
    /// <param name="grace">From TERM to KILL.</param>
    /// <param name="hurry">Ends the grace.</param>
    /// <returns>What is left all the same: processes of another user, and those that the kernel does not let go of.</returns>
    public Task<IReadOnlyList<ProcessStat>> StopAsync(TimeSpan grace, CancellationToken hurry = default) => StopAsync(grace, withEscaped: true, hurry);

    /// <summary>Kills what is left once more, and tells what there is then.</summary>
    public IReadOnlyList<ProcessStat> KillLeft()
    {
        KillMembers(withSupervisor: true, withEscaped: true);
        return Members(withSupervisor: true, withEscaped: true);
    }

    /// <summary>Processes as they are told to people.</summary>
    public static IReadOnlyList<CommandProcess> Describe(IEnumerable<ProcessStat> processes) =>
    [
        .. processes.Select(process => new CommandProcess
        {
            Pid = process.Pid,
            Name = ProcessStat.ReadName(process.Pid),
            UserId = FileStatus.Of(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}"))?.Owner ?? 0,
        }),
    ];

    /// <summary>What runs of it now.</summary>
    public IReadOnlyList<ProcessStat> Left() => Members(withSupervisor: true, withEscaped: true);

    /// <summary>Those of its processes that this user may not signal.</summary>
    public IReadOnlyList<ProcessStat> Forbidden() =>
        [.. Members(withSupervisor: true, withEscaped: true).Where(member =>
            Native.Kill(member.Pid, 0) != 0 && Marshal.GetLastPInvokeError() == Native.ErrorNotPermitted)];

    /// <summary>After the command has ended: what it left in its session is stopped. A process that made a session of its own may stay.</summary>
    /// <returns>What is left all the same.</returns>
    public async Task<IReadOnlyList<ProcessStat>> StopRestAsync(TimeSpan grace)
    {
        // The number of a group is not used again while it has members; if there are some, they are looked at one by one. A group that may not be
        // signalled has members as well.
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

            await Task.Delay(LookPeriod, time, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return true;
    }

    private bool KillMembers(bool withSupervisor, bool withEscaped)
    {
        // A process may start another one while we look: again until a look finds none that was not killed before.
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
        // Another process with the number of our supervisor: the number was free, so nothing of ours was left in the session.
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
