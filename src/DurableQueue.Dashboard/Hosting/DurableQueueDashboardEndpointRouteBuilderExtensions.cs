using System.Diagnostics.CodeAnalysis;
using DurableQueue.Dashboard;
using DurableQueue.Dashboard.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the dashboard of DurableQueue.</summary>
public static class DurableQueueDashboardEndpointRouteBuilderExtensions
{
    /// <summary>Maps a dashboard for the queues of the host.</summary>
    /// <remarks>
    /// The dashboard is closed until the application says who may open it, with <c>RequireAuthorization()</c> or <c>AllowAnonymous()</c> on the
    /// returned builder, or with the fallback policy of its authorization. Otherwise the host does not start. What is added to the returned builder
    /// applies to everything: the page, its files, the API and the event streams.
    /// </remarks>
    /// <param name="endpoints">The application, or a route group.</param>
    /// <param name="pattern">The address, such as <c>/queue</c>.</param>
    /// <param name="configure">Changes the options.</param>
    /// <exception cref="InvalidOperationException">The options name policies, and the host has no authorization.</exception>
    public static IEndpointConventionBuilder MapDurableQueueDashboard(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Action<DashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var options = new DashboardOptions();
        configure?.Invoke(options);
        if (options.Policies.Count > 0 && endpoints.ServiceProvider.GetService<IAuthorizationService>() is null)
        {
            throw new InvalidOperationException("DashboardOptions.Policies names authorization policies, but the host has no authorization. Call services.AddAuthorization().");
        }

        var group = endpoints.MapGroup(pattern);
        new MappedDashboard(pattern, options, endpoints.ServiceProvider).AddTo(group);
        return group;
    }
}
