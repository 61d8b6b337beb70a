using DurableQueue.Mcp.Resources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableQueue.Mcp.Hosting;

/// <summary>Adds subscriptions to what the application has set up itself: its own handlers get what is not for the queue.</summary>
internal sealed class ResourceHandlers : IPostConfigureOptions<McpServerOptions>
{
    public void PostConfigure(string? name, McpServerOptions options)
    {
        var capabilities = options.Capabilities ??= new ServerCapabilities();
        (capabilities.Resources ??= new ResourcesCapability()).Subscribe = true;
        var (subscribe, unsubscribe) = (options.Handlers.SubscribeToResourcesHandler, options.Handlers.UnsubscribeFromResourcesHandler);
        options.Handlers.SubscribeToResourcesHandler = (request, cancellationToken) => ResourceAddress.Read(request.Params?.Uri) is { } address
            ? Of(request.Services!).SubscribeAsync(request, address, cancellationToken)
            : subscribe is null ? throw Unknown(request.Params?.Uri) : subscribe(request, cancellationToken);
        options.Handlers.UnsubscribeFromResourcesHandler = (request, cancellationToken) => ResourceAddress.Read(request.Params?.Uri) is { } address
            ? Of(request.Services!).UnsubscribeAsync(request, address)
            : unsubscribe is null ? new(new EmptyResult()) : unsubscribe(request, cancellationToken);
        options.Handlers.SubscriptionsListenHandler ??= (request, cancellationToken) => Of(request.Services!).ListenAsync(request, cancellationToken);
    }

    private static McpProtocolException Unknown(string? uri) =>
        new($"Unknown resource URI: '{uri}'. There are {ResourceAddress.TaskTemplate} and {ResourceAddress.LogTemplate}.", McpErrorCode.ResourceNotFound);

    private static Subscriptions Of(IServiceProvider services) => services.GetRequiredService<Subscriptions>();
}
