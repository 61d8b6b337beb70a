namespace DurableQueue.Processes.Linux;

/// <summary>
/// Process 1 of a container inherits every process whose parent has ended, and must collect it when it ends: else it stays for ever, and takes a
/// process id.
/// </summary>
/// <remarks>
/// Only what nobody else waits for is collected. A child that this process watches is left alone. So is one of its own session, where the runtime
/// starts children; one that the runtime started and that left the session is collected by the runtime within milliseconds of its end, and here
/// only what has been found ended in two looks, seconds apart.
/// </remarks>
internal sealed class OrphanReaper : IDisposable
{
    public static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(5);
    private const int Init = 1;

    private readonly ExitWatch exits;
    private readonly Lock sync = new();
    private readonly ITimer? timer;
    private HashSet<(int Pid, long StartedAt)> seen = [];

    /// <param name="exits">Watches the children that are waited for.</param>
    /// <param name="time">When to look. As any other process it never does.</param>
    public OrphanReaper(ExitWatch exits, TimeProvider time)
    {
        this.exits = exits;
        if (Environment.ProcessId == Init)
        {
            timer = time.CreateTimer(_ => Look(), null, LookPeriod, LookPeriod);
        }
    }

    public void Dispose() => timer?.Dispose();

    /// <summary>Collects what has been found ended in the look before too.</summary>
    public void Look()
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
