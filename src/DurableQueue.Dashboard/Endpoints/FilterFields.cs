namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Looks at the fields of a query.</summary>
internal static class FilterFields
{
    /// <summary>
    /// Whether its result may depend on payloads: unless all its fields are known to show nothing of them. A new field is closed until it is named here.
    /// </summary>
    public static bool ReadPayloads(TaskFilter filter) => (filter.Order is { } order && MayShow(order)) || Any(filter.Condition);

    private static bool Any(TaskFilterNode node) => node switch
    {
        TaskFilterNode.All all => all.Parts.Any(Any),
        TaskFilterNode.Any any => any.Parts.Any(Any),
        TaskFilterNode.Test test => MayShow(test.Field),
        _ => true,
    };

    private static bool MayShow(TaskFilterField field) => field is not (
        TaskFilterField.Id
        or TaskFilterField.Status
        or TaskFilterField.Group
        or TaskFilterField.Label
        or TaskFilterField.Type
        or TaskFilterField.Priority
        or TaskFilterField.Attempt
        or TaskFilterField.After
        or TaskFilterField.Enqueued
        or TaskFilterField.Started
        or TaskFilterField.Ended
        or TaskFilterField.Duration);
}
