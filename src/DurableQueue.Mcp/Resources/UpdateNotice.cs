using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace DurableQueue.Mcp.Resources;

/// <summary>What a client is told.</summary>
internal static class UpdateNotice
{
    /// <summary>A resource has changed.</summary>
    /// <param name="address">The resource.</param>
    /// <param name="subscription">The request that asked for it; <see langword="null"/> in revisions of the protocol that know no such requests.</param>
    public static JsonRpcNotification Of(ResourceAddress address, RequestId? subscription = null)
    {
        var content = new JsonObject { ["uri"] = address.ToString() };
        return Of(NotificationMethods.ResourceUpdatedNotification, content, subscription);
    }

    /// <summary>Any notice, with the request that asked for it.</summary>
    public static JsonRpcNotification Of(string method, JsonObject content, RequestId? subscription)
    {
        if (subscription is { } request)
        {
            content["_meta"] = new JsonObject { [MetaKeys.SubscriptionId] = request.Id is long number ? JsonValue.Create(number) : JsonValue.Create($"{request.Id}") };
        }

        return new JsonRpcNotification { Method = method, Params = content };
    }
}
