using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DurableQueue.Mcp.Views;

/// <summary>Keeps results within a number of characters.</summary>
internal static class Fitting
{
    /// <summary>The first items whose JSON fits. One always does: a caller could not get past it otherwise.</summary>
    public static IReadOnlyList<T> First<T>(IReadOnlyList<T> items, int characters, JsonTypeInfo<T> type) =>
        First(items, characters, item => JsonSerializer.Serialize(item, type).Length);

    /// <summary>The first items that fit, by their lengths as JSON.</summary>
    public static IReadOnlyList<T> First<T>(IReadOnlyList<T> items, int characters, Func<T, int> length)
    {
        var (count, left) = (0, characters);
        while (count < items.Count)
        {
            left -= length(items[count]) + 1;
            if (left < 0 && count > 0)
            {
                break;
            }

            count++;
        }

        return count == items.Count ? items : [.. items.Take(count)];
    }
}
