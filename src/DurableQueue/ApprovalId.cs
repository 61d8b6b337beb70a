using System.Globalization;

namespace DurableQueue;

/// <summary>Names one request for an approval. Ids rise in the order of the requests and are never used twice.</summary>
/// <param name="Value">1 or more.</param>
public readonly record struct ApprovalId(long Value)
{
    /// <summary>The number alone, as people read and type it.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
