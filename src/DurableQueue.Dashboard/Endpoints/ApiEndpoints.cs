namespace DurableQueue.Dashboard.Endpoints;

/// <summary>All endpoints of the API that belong to a queue.</summary>
internal static class ApiEndpoints
{
    public static IEnumerable<ApiEndpoint> All => [.. ReadEndpoints.All, .. TaskEndpoints.All];
}
