using System.Reflection;
using DurableQueue.Dashboard.Access;
using DurableQueue.Dashboard.Endpoints;
using DurableQueue.Dashboard.Pages;
using DurableQueue.Dashboard.Queues;
using DurableQueue.Dashboard.Views;
using DurableQueue.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Dashboard.Hosting;

/// <summary>One dashboard at one address: all its endpoints, in one group.</summary>
internal sealed class MappedDashboard(string prefix, DashboardOptions options, IServiceProvider services)
{
    private const int PollMs = 2_000;

    private static readonly string[] Read = ["GET", "HEAD"];

    /// <summary>The methods of each address of the API.</summary>
    private readonly Dictionary<string, List<string>> calls = new(StringComparer.Ordinal);

    private readonly QueueSet queues = new(services, options);
    private readonly ILogger log = services.GetRequiredService<ILoggerFactory>().CreateLogger("DurableQueue.Dashboard");

    public void AddTo(RouteGroupBuilder group)
    {
        var checks = services.GetService<StartChecks>();
        checks?.Add(RequireGuardAsync);
        checks?.Add(StartSamplingAsync);
        group.WithMetadata(DoorRequirementData.Instance);
        group.ExcludeFromDescription();
        Map(group, "", Read, isApi: false, null, http => PageEndpoints.ServeIndexAsync(http, 0));
        Map(group, "{**page}", null, isApi: false, null, ServePageAsync);
        foreach (var file in PageFiles.Assets)
        {
            Map(group, file.Name, Read, isApi: false, null, http => PageEndpoints.ServeFileAsync(http, file));
        }

        MapCall(group, "api/meta", "GET", null, MetaAsync);
        Map(group, "api/{**rest}", null, isApi: true, null, http => Problems.WriteAsync(http, Problems.Create(StatusCodes.Status404NotFound, "There is no such call.")));
        foreach (var endpoint in ApiEndpoints.All)
        {
            MapCall(group, $"api/{{queue}}/{endpoint.Pattern}", endpoint.Method, endpoint.Permission, http => CallAsync(http, endpoint));
        }

        foreach (var (pattern, methods) in calls)
        {
            // Behind those with a method: a call that is there is not to be told that it is not.
            Map(group, pattern, null, isApi: true, null, http => RefuseMethodAsync(http, $"This call takes {string.Join(" or ", methods)}.", methods));
        }
    }

    /// <summary>Begins to sample, once the queues are open.</summary>
    private ValueTask StartSamplingAsync()
    {
        var stopping = services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        foreach (var queue in queues.All)
        {
            _ = Task.Run(() => queue.Metrics.RunAsync(stopping), CancellationToken.None);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>All that is added to the group, and to those around it, is there once the server has started.</summary>
    private async ValueTask RequireGuardAsync()
    {
        foreach (var endpoint in services.GetRequiredService<EndpointDataSource>().Endpoints)
        {
            if (endpoint.Metadata.GetMetadata<DashboardEndpointMetadata>()?.Owner == this && !await Door.IsGuardedAsync(endpoint, services).ConfigureAwait(false))
            {
                throw new InvalidOperationException(Door.Cure(prefix));
            }
        }
    }

    private void MapCall(RouteGroupBuilder group, string pattern, string method, DashboardPermission? permission, RequestDelegate handler)
    {
        Map(group, pattern, [method], isApi: true, permission, handler);
        if (!calls.TryGetValue(pattern, out var methods))
        {
            calls.Add(pattern, methods = []);
        }

        methods.Add(method);
    }

    private void Map(RouteGroupBuilder group, string pattern, string[]? methods, bool isApi, DashboardPermission? permission, RequestDelegate handler)
    {
        RequestDelegate guarded = http => GuardAsync(http, isApi, handler);
        var endpoint = methods is null ? group.Map(pattern, guarded) : group.MapMethods(pattern, methods, guarded);
        endpoint.WithMetadata(new DashboardEndpointMetadata(this, isApi, permission)).WithDisplayName($"DurableQueue dashboard {prefix}: {pattern}");
    }

    private async Task GuardAsync(HttpContext http, bool isApi, RequestDelegate handler)
    {
        SecurityHeaders.Add(http, isApi);
        try
        {
            if (await RefusalAsync(http, isApi).ConfigureAwait(false) is { } refusal)
            {
                await Problems.WriteAsync(http, refusal).ConfigureAwait(false);
                return;
            }

            await handler(http).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
#pragma warning disable CA1031 // Whatever it is: the page gets an answer that it can show, and the log the rest.
        catch (Exception e) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            if (Problems.Of(e) is not { } problem)
            {
                log.CallFailed(e, http.Request.Method, http.Request.Path);
                problem = Problems.Create(StatusCodes.Status500InternalServerError, "The call failed; the log of the application says why.");
            }

            http.Response.Clear();
            await Problems.WriteAsync(http, problem).ConfigureAwait(false);
        }
    }

    private async ValueTask<ProblemView?> RefusalAsync(HttpContext http, bool isApi)
    {
        if (!await Door.IsOpenAsync(http, http.GetEndpoint()!).ConfigureAwait(false))
        {
            return Problems.Create(StatusCodes.Status403Forbidden, Door.Cure(prefix));
        }

        if (isApi && CrossSiteCheck.Refusal(http.Request, options.AllowedOrigins) is { } refusal)
        {
            return Problems.Create(StatusCodes.Status403Forbidden, refusal);
        }

        return null;
    }

    private static Task ServePageAsync(HttpContext http)
    {
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            return RefuseMethodAsync(http, "The page can only be read.", Read);
        }

        return http.Request.Headers.Accept.Any(types => types is not null && types.Contains("text/html", StringComparison.OrdinalIgnoreCase))
            ? PageEndpoints.ServeIndexAsync(http, 1)
            : Problems.WriteAsync(http, Problems.Create(StatusCodes.Status404NotFound, "There is no such file."));
    }

    private static Task RefuseMethodAsync(HttpContext http, string detail, IEnumerable<string> allowed)
    {
        http.Response.Headers.Allow = string.Join(", ", allowed);
        return Problems.WriteAsync(http, Problems.Create(StatusCodes.Status405MethodNotAllowed, detail));
    }

    private async Task CallAsync(HttpContext http, ApiEndpoint endpoint)
    {
        var name = ((string)http.GetRouteValue("queue")!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var queue = queues.Find(name) ?? throw new ApiProblemException(StatusCodes.Status404NotFound, $"The dashboard has no queue '{name}'.");
        var viewer = new Viewer(http, options);
        foreach (var permission in new[] { DashboardPermission.View, endpoint.Permission })
        {
            if (!await viewer.MayAsync(name, permission).ConfigureAwait(false))
            {
                throw ApiCall.Refused(viewer, permission, name);
            }
        }

        if (HttpMethods.IsPost(http.Request.Method) && !http.Request.HasJsonContentType())
        {
            throw new ApiProblemException(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON, with Content-Type: application/json.");
        }

        var call = new ApiCall(http, options, queue, viewer);
        try
        {
            await endpoint.Handler(call).ConfigureAwait(false);
        }
        finally
        {
            // Also if the answer to it failed: what was done is done.
            if (call.Changed is { } target)
            {
                log.Changed(viewer.Name ?? "somebody", endpoint.Name, target, queue.Name);
            }
        }
    }

    private async Task MetaAsync(HttpContext http)
    {
        var viewer = new Viewer(http, options);
        var permissions = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var queue in queues.All)
        {
            var may = new List<string>();
            foreach (var permission in Enum.GetValues<DashboardPermission>())
            {
                if (await viewer.MayAsync(queue.Name, permission).ConfigureAwait(false))
                {
                    may.Add(Text.Name(permission));
                }
            }

            if (may.Contains(Text.Name(DashboardPermission.View)))
            {
                permissions.Add(queue.Name, may);
            }
        }

        var meta = new MetaView
        {
            Version = Version,
            Queues = [.. queues.All.Where(queue => permissions.ContainsKey(queue.Name)).Select(queue => new MetaQueue(queue.Name, options.ReadOnly))],
            Viewer = new MetaViewer { Name = viewer.Name, Permissions = permissions },
            StatePollMs = PollMs,
            TimeZone = (services.GetService<TimeProvider>() ?? TimeProvider.System).LocalTimeZone.Id,
        };
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(meta, ViewJson.Default.MetaView), http.RequestAborted).ConfigureAwait(false);
    }

    private static string Version { get; } =
        typeof(MappedDashboard).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
