namespace DurableQueue.Processes.Linux;

/// <summary>
/// Process 1 of a container inherits every process whose parent has ended and must collect it when it ends. Otherwise it stays as a zombie and keeps its
/// process id.
/// </summary>
/// <remarks>
/// Collects only processes that are not waited for. Children that this process watches are skipped, and so are those of its own session, where the runtime
/// starts children. A child that the runtime started and that left the session is collected by the runtime within milliseconds of its end, so only processes
/// that were found ended in two probes, seconds apart, are collected here.
/// </remarks>
internal sealed class OrphanReaper : IDisposable
{
    public static readonly TimeSpan ProbePeriod = TimeSpan.FromSeconds(5);
    private const int Init = 1;

    private readonly ExitWatch exits;
    private readonly Lock sync = new();
    private readonly ITimer? timer;
    private HashSet<(int Pid, long StartedAt)> seen = [];

    /// <param name="exits">Knows the children that are waited for.</param>
    /// <param name="time">The clock for probes. In a process other than 1 there are none.</param>
    public OrphanReaper(ExitWatch exits, TimeProvider time)
    {
        this.exits = exits;
        if (Environment.ProcessId == Init)
        {
            timer = time.CreateTimer(_ => Probe(), null, ProbePeriod, ProbePeriod);
        }
    }

    public void Dispose() => timer?.Dispose();

    /// <summary>Collects processes that had also ended at the previous probe.</summary>
    public void Probe()
    {
        lock (sync)
        {
            var own = ProcessStat.Read(Environment.ProcessId)?.Session;
            var ended = ProcessStat.ReadAllWithEnded()
                .Where(process => process.HasEnded && process.Parent == Environment.ProcessId && process.Session != own && !exits.IsWatched(process.Pid))
                .Select(process => (process.Pid, process.StartedAt))
                .ToHashSet();
            foreach (var (pid, _) in ended.Where(seen.Contains))
            {
                _ = Native.WaitPid(pid, out _, Native.WaitNoHang);
            }

            seen = ended;
        }
    }
}
