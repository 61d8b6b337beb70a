using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Dashboard.Access;

/// <summary>Keeps a dashboard closed until the application has said who may come in.</summary>
internal static class Door
{
    private static readonly object Authorized = new();

    /// <summary>What to write where nothing has been said.</summary>
    public static string Cure(string prefix) =>
        $"Nothing says who may open the dashboard at '{prefix}'. Write app.MapDurableQueueDashboard(\"{prefix}\").RequireAuthorization(), with a policy if not "
        + "everybody who is signed in may, or .AllowAnonymous() if everybody may who reaches the application.";

    /// <summary>The authorization of the host has looked at the request.</summary>
    public static void MarkAuthorized(HttpContext http) => http.Items[Authorized] = null;

    /// <summary>Whether the application has said who may come in, and its authorization has let the request in.</summary>
    public static async ValueTask<bool> IsOpenAsync(HttpContext http, Endpoint endpoint) =>
        Says(endpoint) || (http.Items.ContainsKey(Authorized) && await HasFallbackAsync(http.RequestServices).ConfigureAwait(false));

    /// <summary>Whether an endpoint may be reached at all.</summary>
    public static async ValueTask<bool> IsGuardedAsync(Endpoint endpoint, IServiceProvider services) =>
        Says(endpoint) || await HasFallbackAsync(services).ConfigureAwait(false);

    private static bool Says(Endpoint endpoint) =>
        endpoint.Metadata.Any(item => item is IAuthorizeData or IAllowAnonymous or AuthorizationPolicy || (item is IAuthorizationRequirementData && item is not DoorRequirementData));

    private static async ValueTask<bool> HasFallbackAsync(IServiceProvider services) =>
        services.GetService<IAuthorizationPolicyProvider>() is { } policies && await policies.GetFallbackPolicyAsync().ConfigureAwait(false) is not null;
}
