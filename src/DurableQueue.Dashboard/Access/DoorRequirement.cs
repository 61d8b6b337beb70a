using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace DurableQueue.Dashboard.Access;

/// <summary>
/// Requires nothing, but is asked by the host's authorization before it answers a request that it refuses: so that those answers have the headers of
/// the dashboard, and the API is never redirected to a login page.
/// </summary>
internal sealed class DoorRequirement : IAuthorizationRequirement, IAuthorizationHandler
{
    public static readonly DoorRequirement Instance = new();

    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        foreach (var requirement in context.PendingRequirements.OfType<DoorRequirement>().ToArray())
        {
            context.Succeed(requirement);
        }

        if (context.Resource is HttpContext http && http.GetEndpoint()?.Metadata.GetMetadata<DashboardEndpointMetadata>() is { } endpoint)
        {
            Door.MarkAuthorized(http);
            SecurityHeaders.Add(http, endpoint.IsApi);
            if (endpoint.IsApi)
            {
                http.Response.OnStarting(AnswerWithoutRedirect, http);
            }
        }

        return Task.CompletedTask;
    }

    private static Task AnswerWithoutRedirect(object state)
    {
        var http = (HttpContext)state;
        if (http.Response.StatusCode is >= 300 and < 400 and not StatusCodes.Status304NotModified)
        {
            http.Response.StatusCode = http.User.Identity?.IsAuthenticated == true ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
            http.Response.Headers.Location = default;
        }

        return Task.CompletedTask;
    }
}
