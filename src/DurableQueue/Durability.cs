using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What a write survives once the call that made it has returned.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Durability>))]
public enum Durability
{
    /// <summary>
    /// Survives a power loss: every commit is synced to disk before the call returns. <c>SqliteQueueOptions.SyncCheckouts</c> can exempt checkouts.
    /// </summary>
    Full = 0,

    /// <summary>
    /// Survives a crash of the process. A power loss or a crash of the operating system may lose the latest commits, but doesn't corrupt the file.
    /// </summary>
    Normal = 1,
}
