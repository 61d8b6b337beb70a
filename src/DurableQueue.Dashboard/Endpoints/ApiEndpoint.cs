namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Answers one call.</summary>
internal delegate Task ApiHandler(ApiCall call);

/// <summary>One endpoint of the API: the only way to add one, and it names the permission that it needs.</summary>
/// <param name="Method">GET, or POST for what changes something.</param>
/// <param name="Pattern">Behind <c>api/{queue}/</c>.</param>
/// <param name="Permission">What the viewer must be allowed to do.</param>
/// <param name="Handler">Answers it.</param>
internal sealed record ApiEndpoint(string Method, string Pattern, DashboardPermission Permission, ApiHandler Handler)
{
    /// <summary>What it does, for the log of the application: the pattern without its parameters, such as <c>tasks/cancel</c>.</summary>
    public string Name { get; } = string.Join('/', Pattern.Split('/').Where(part => !part.StartsWith('{')));

    public static ApiEndpoint Get(string pattern, DashboardPermission permission, ApiHandler handler) => new("GET", pattern, permission, handler);

    public static ApiEndpoint Post(string pattern, DashboardPermission permission, ApiHandler handler) => new("POST", pattern, permission, handler);
}
