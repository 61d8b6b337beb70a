using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DurableQueue.Mcp.Views;

/// <summary>Keeps results within a number of characters.</summary>
internal static class Fitting
{
    /// <summary>The first items whose JSON fits. One always does: a caller could not get past it otherwise.</summary>
    public static IReadOnlyList<T> First<T>(IReadOnlyList<T> items, int characters, JsonTypeInfo<T> type)
    {
        var (count, left) = (0, characters);
        while (count < items.Count)
        {
            left -= JsonSerializer.Serialize(items[count], type).Length + 1;
            if (left < 0 && count > 0)
            {
                break;
            }

            count++;
        }

        return count == items.Count ? items : [.. items.Take(count)];
    }
}
