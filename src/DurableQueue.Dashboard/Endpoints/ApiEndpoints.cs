namespace DurableQueue.Dashboard.Endpoints;

/// <summary>All endpoints of the API that belong to a queue.</summary>
internal static class ApiEndpoints
{
    public static IReadOnlyList<ApiEndpoint> All { get; } =
    [
        .. ReadEndpoints.All,
        .. TaskEndpoints.All,
        .. WriteEndpoints.All,
        .. BulkEndpoint.All,
        .. GroupEndpoints.All,
        .. WorkerEndpoints.All,
        .. ScheduleEndpoints.All,
        .. ApprovalEndpoints.All,
        .. BudgetEndpoints.All,
        .. LogEndpoints.All,
        .. ErrorEndpoints.All,
        .. HealthEndpoints.All,
        .. GraphEndpoint.All,
        .. MetricsEndpoint.All,
        .. EventEndpoint.All,
    ];
}
