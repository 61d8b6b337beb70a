using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableQueue.Mcp.Resources;

/// <summary>Tells a listening client that the application has changed its lists of tools, prompts or resources; those of the queue never change.</summary>
internal sealed class ListChanges : IDisposable
{
    private readonly McpServer server;
    private readonly RequestId subscription;
    private readonly JsonObject granted = [];
    private readonly List<Action> ends = [];

    public ListChanges(McpServer server, RequestId subscription, SubscriptionsListenNotifications wanted)
    {
        this.server = server;
        this.subscription = subscription;
        var options = server.ServerOptions;
        Grant(wanted.ToolsListChanged, "toolsListChanged", NotificationMethods.ToolListChangedNotification, options.ToolCollection);
        Grant(wanted.PromptsListChanged, "promptsListChanged", NotificationMethods.PromptListChangedNotification, options.PromptCollection);
        Grant(wanted.ResourcesListChanged, "resourcesListChanged", NotificationMethods.ResourceListChangedNotification, options.ResourceCollection);
    }

    /// <summary>Says what the client will be told: the first message of a subscription.</summary>
    public Task AcknowledgeAsync(IEnumerable<ResourceAddress> addresses, CancellationToken cancellationToken)
    {
        if (addresses.Select(address => JsonValue.Create(address.ToString())).ToArray() is { Length: > 0 } known)
        {
            granted["resourceSubscriptions"] = new JsonArray([.. known]);
        }

        var content = new JsonObject { ["notifications"] = granted };
        return server.SendMessageAsync(UpdateNotice.Of(NotificationMethods.SubscriptionsAcknowledgedNotification, content, subscription), cancellationToken);
    }

    public void Dispose() => ends.ForEach(end => end());

    private void Grant<T>(bool? wanted, string name, string method, McpServerPrimitiveCollection<T>? list)
        where T : IMcpServerPrimitive
    {
        if (wanted is not true || list is null)
        {
            return;
        }

        granted[name] = true;
        EventHandler changed = (_, _) => _ = server.SendMessageAsync(UpdateNotice.Of(method, [], subscription));
        list.Changed += changed;
        ends.Add(() => list.Changed -= changed);
    }
}
