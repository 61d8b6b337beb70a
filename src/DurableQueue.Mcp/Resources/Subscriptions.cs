using System.Collections.Concurrent;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableQueue.Mcp.Resources;

/// <summary>
/// Subscriptions to tasks and logs, in both forms that the protocol knows: <c>subscriptions/listen</c>, a request that lasts as long as the subscription, and
/// before the revision of July 2026 <c>resources/subscribe</c>, which lasts as long as the session.
/// </summary>
internal sealed class Subscriptions(ToolHost host) : IDisposable
{
    /// <summary>Of one request, and of one session of the older form.</summary>
    private const int Most = 200;

    private readonly CancellationTokenSource closed = new();
    private readonly ConcurrentDictionary<(string? Session, string Uri), CancellationTokenSource> open = new();

    /// <summary>Tells of changes until the request is cancelled.</summary>
    public async ValueTask<EmptyResult> ListenAsync(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancellationToken)
    {
        var wanted = request.Params?.Notifications ?? new SubscriptionsListenNotifications();
        var watches = await BeginAsync((wanted.ResourceSubscriptions ?? []).Select(ResourceAddress.Read).OfType<ResourceAddress>().Distinct().Take(Most), cancellationToken).ConfigureAwait(false);
        var id = request.JsonRpcRequest.Id;
        using var lists = new ListChanges(request.Server, id, wanted);
        await lists.AcknowledgeAsync(watches.Select(watch => watch.Address), cancellationToken).ConfigureAwait(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closed.Token);
        var running = watches.Select(watch => RunAsync(request.Server, watch, id, over.Token));
        await Task.WhenAll([Task.Delay(Timeout.InfiniteTimeSpan, host.Time, over.Token), .. running]).ConfigureAwait(false);
        return new EmptyResult();
    }

    /// <summary>Tells of changes until the client unsubscribes.</summary>
    public async ValueTask<EmptyResult> SubscribeAsync(RequestContext<SubscribeRequestParams> request, ResourceAddress address, CancellationToken cancellationToken)
    {
        var watch = new ResourceWatch(host, address);
        if (!await watch.BeginAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new McpProtocolException(new TaskNotFoundException(address.Id).Message, McpErrorCode.ResourceNotFound);
        }

        if (open.Keys.Count(one => one.Session == request.Server.SessionId) >= Most)
        {
            throw new McpProtocolException($"There are {Most} subscriptions already; end some first.", McpErrorCode.InvalidRequest);
        }

        var key = (request.Server.SessionId, address.ToString());
        var over = CancellationTokenSource.CreateLinkedTokenSource(closed.Token);
        if (open.TryAdd(key, over))
        {
            _ = RunUntilEndedAsync();
        }
        else
        {
            over.Dispose();
        }

        return new EmptyResult();

        async Task RunUntilEndedAsync()
        {
            await RunAsync(request.Server, watch, null, over.Token).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            open.TryRemove(new KeyValuePair<(string?, string), CancellationTokenSource>(key, over));
            over.Dispose();
        }
    }

    /// <summary>Ends a subscription.</summary>
    public async ValueTask<EmptyResult> UnsubscribeAsync(RequestContext<UnsubscribeRequestParams> request, ResourceAddress address)
    {
        if (open.TryRemove((request.Server.SessionId, address.ToString()), out var over))
        {
            await over.CancelAsync().ConfigureAwait(false);
        }

        return new EmptyResult();
    }

    public void Dispose()
    {
        closed.Cancel();
        closed.Dispose();
    }

    private static Task RunAsync(McpServer server, ResourceWatch watch, RequestId? subscription, CancellationToken cancellationToken) =>
        watch.RunAsync(token => server.SendMessageAsync(UpdateNotice.Of(watch.Address, subscription), token), cancellationToken);

    private async ValueTask<List<ResourceWatch>> BeginAsync(IEnumerable<ResourceAddress> addresses, CancellationToken cancellationToken)
    {
        var begun = new List<ResourceWatch>();
        foreach (var watch in addresses.Select(address => new ResourceWatch(host, address)))
        {
            if (await watch.BeginAsync(cancellationToken).ConfigureAwait(false))
            {
                begun.Add(watch);
            }
        }

        return begun;
    }
}
