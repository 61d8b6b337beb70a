using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What an acknowledged write survives.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Durability>))]
public enum Durability
{
    /// <summary>Power loss: every commit is synced to disk before it is acknowledged.</summary>
    Full = 0,

    /// <summary>A crash of the process, not of the machine: the last commits before a power loss may be gone; the file stays whole.</summary>
    Normal = 1,
}
