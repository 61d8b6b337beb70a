using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>What became of a cost that was reported. It counts in each case, once.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChargeResult>))]
public enum ChargeResult
{
    /// <summary>It was stored.</summary>
    Charged,

    /// <summary>The attempt has reported this key before; nothing was stored.</summary>
    Repeated,

    /// <summary>It was stored, because the money is spent; but the lease is lost, and the attempt should stop.</summary>
    Late,
}
