namespace DurableQueue.Queueing;

/// <summary>Checks what is asked of a query.</summary>
internal static class QueryRules
{
    public static void Check(TaskQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        Queueing.Check.Between(query.Limit, 1, Limits.BatchSize, nameof(query.Limit));
        Queueing.Check.Defined(query.Order, nameof(query.Order));
        if (query.Ids is { Count: > Limits.BatchSize })
        {
            throw new ArgumentException($"Ids holds {query.Ids.Count} ids; at most {Limits.BatchSize} are allowed.", nameof(query));
        }

        if (query.ReadLimit is { } limit)
        {
            Queueing.Check.Between(limit.MaxRows, 1, Limits.SearchedRows, nameof(limit.MaxRows));
            if (limit.MaxTime < Limits.ShortestSearch || limit.MaxTime > Limits.LongestSearch)
            {
                throw new ArgumentOutOfRangeException(nameof(query), limit.MaxTime, "MaxTime must be from 1 ms to 1 minute.");
            }
        }

        QueryPosition.Read(query.Cursor);
        foreach (var state in query.States ?? [])
        {
            Queueing.Check.Defined(state, nameof(query.States));
        }

        foreach (var outcome in query.Outcomes ?? [])
        {
            Queueing.Check.Defined(outcome, nameof(query.Outcomes));
        }
    }
}
