using DurableQueue.Storage;

namespace DurableQueue.Queueing;

/// <summary>What a store reads of its health, before anything is concluded from it.</summary>
/// <param name="Groups">How much waits in each group.</param>
/// <param name="Workers">The workers of all processes.</param>
/// <param name="Ready">Which types are ready in which groups.</param>
/// <param name="Inconsistencies">Stored values that differ from what they must be.</param>
internal sealed record HealthReading(
    IReadOnlyList<GroupDepth> Groups, IReadOnlyList<SeenWorker> Workers, IReadOnlyList<ReadyLane> Ready, IReadOnlyList<string> Inconsistencies)
{
    /// <param name="staleBeforeMs">Workers that were last seen then or earlier are gone.</param>
    public StoreHealth Judge(long staleBeforeMs)
    {
        var live = Workers.Where(worker => worker.LastSeenAtMs > staleBeforeMs).ToArray();
        var missed = Ready.Where(lane => !Array.Exists(live, worker => worker.Takes(lane))).ToArray();
        var types = missed.Select(lane => lane.Type).Where(type => !Array.Exists(live, worker => worker.TakesType(type))).ToHashSet(StringComparer.Ordinal);
        return new StoreHealth
        {
            WriterWait = TimeSpan.Zero,
            LogBytes = 0,
            Ready = Groups.Sum(group => group.Ready),
            OldestReadyAge = Groups.Max(group => group.OldestReadyAge),
            LiveWorkers = live.Length,
            StaleWorkers = Workers.Count - live.Length,
            UnservedTypes = [.. types.Order(StringComparer.Ordinal)],
            UnservedGroups = [.. missed.Where(lane => !types.Contains(lane.Type)).Select(lane => lane.Group).Distinct().Order(StringComparer.Ordinal)],
            Inconsistencies = Inconsistencies,
        };
    }
}
