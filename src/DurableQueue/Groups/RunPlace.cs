using System.Globalization;

namespace DurableQueue.Groups;

/// <summary>The place of a queued task in the order in which tasks run.</summary>
/// <param name="Tier">The part of the order.</param>
/// <param name="Urgency">Of a ready task.</param>
/// <param name="First">Of a ready task its rank; of a delayed one the end of its delay, in milliseconds; else 0.</param>
/// <param name="Second">Of a ready task its position; of others the id.</param>
internal readonly record struct RunPlace(RunTier Tier, Urgency Urgency, long First, long Second) : IComparable<RunPlace>
{
    public int CompareTo(RunPlace other)
    {
        var order = Tier.CompareTo(other.Tier);
        order = order != 0 ? order : other.Urgency.CompareTo(Urgency);
        order = order != 0 ? order : First.CompareTo(other.First);
        return order != 0 ? order : Second.CompareTo(other.Second);
    }

    public static RunPlace? TryParse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 4 && Number(parts[0]) is >= 0 and <= (long)RunTier.Held and var tier && Number(parts[1]) is >= 0 and <= (long)Urgency.Forced and var urgency
            && Number(parts[2]) is { } first && Number(parts[3]) is { } second
            ? new RunPlace((RunTier)tier, (Urgency)urgency, first, second)
            : null;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(int)Tier}/{(int)Urgency}/{First}/{Second}");

    private static long? Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
