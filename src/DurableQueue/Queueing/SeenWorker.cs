namespace DurableQueue.Queueing;

/// <summary>A worker of any process, and what it takes.</summary>
/// <param name="LastSeenAtMs">When its process last said that it lives.</param>
/// <param name="Types"><see langword="null"/>: all.</param>
/// <param name="Groups"><see langword="null"/>: all.</param>
internal sealed record SeenWorker(long LastSeenAtMs, IReadOnlyList<string>? Types, IReadOnlyList<string>? Groups)
{
    public bool TakesType(string type) => Types?.Contains(type) != false;

    public bool Takes(ReadyLane lane) => TakesType(lane.Type) && Groups?.Contains(lane.Group) != false;
}
