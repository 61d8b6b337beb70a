namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Looks at the fields of a query.</summary>
internal static class FilterFields
{
    /// <summary>Whether its result depends on payloads.</summary>
    public static bool ReadPayloads(TaskFilter filter) => IsOfPayload(filter.Order) || Any(filter.Condition);

    private static bool Any(TaskFilterNode node) => node switch
    {
        TaskFilterNode.All all => all.Parts.Any(Any),
        TaskFilterNode.Any any => any.Parts.Any(Any),
        TaskFilterNode.Test test => IsOfPayload(test.Field),
        _ => true,
    };

    private static bool IsOfPayload(TaskFilterField? field) => field is TaskFilterField.Command;
}
