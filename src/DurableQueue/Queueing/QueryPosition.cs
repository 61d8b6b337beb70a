using System.Globalization;

namespace DurableQueue.Queueing;

/// <summary>The place of a <see cref="TaskCursor"/> in a query that has an order or a limit in words.</summary>
/// <param name="Value">The id of the last task before the place; in the order of finishes its finish sequence.</param>
/// <param name="Left">How many tasks the limit still allows; <see langword="null"/> without a limit.</param>
/// <param name="NowMs">The time of the first page: what depends on it (how long a task has been running) stays the same on all pages.</param>
/// <param name="Key">What that task has in the field of the order: a whole number, a text, or <see langword="null"/>.</param>
internal sealed record QueryPosition(long Value, int? Left, long NowMs, object? Key)
{
    public static QueryPosition? Read(TaskCursor? cursor)
    {
        if (cursor is not { Key: { } text } given)
        {
            return null;
        }

        var parts = text.Split('|', 3);
        int left = 0;
        if (parts.Length == 3
            && (parts[0].Length == 0 || int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out left))
            && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var nowMs))
        {
            int? limit = parts[0].Length == 0 ? null : left;
            switch (parts[2])
            {
                case "":
                    return new QueryPosition(given.Value, limit, nowMs, null);
                case ['t', .. var value]:
                    return new QueryPosition(given.Value, limit, nowMs, value);
                case ['n', .. var value] when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                    return new QueryPosition(given.Value, limit, nowMs, number);
            }
        }

        throw OfAnotherQuery();
    }

    public static ArgumentException OfAnotherQuery() => new("Cursor must be from a page of the same query.", nameof(TaskQuery.Cursor));

    public TaskCursor ToCursor() => new(Value)
    {
        Key = string.Create(CultureInfo.InvariantCulture, $"{Left}|{NowMs}|{Key switch { null => "", string text => "t" + text, _ => $"n{Key}" }}"),
    };
}
