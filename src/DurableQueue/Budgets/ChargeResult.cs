using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>The result of charging a cost. In every case the cost counts once.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChargeResult>))]
public enum ChargeResult
{
    /// <summary>The cost was stored.</summary>
    Charged,

    /// <summary>The attempt has already charged a cost with this key; nothing was stored.</summary>
    Repeated,

    /// <summary>The cost was stored, because the money is spent; but the lease is lost, and the attempt should stop.</summary>
    Late,
}
