using System.Globalization;
using System.Text.Json;
using DurableQueue.Dashboard.Queues;
using DurableQueue.Dashboard.Views;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Encoding = System.Text.Encoding;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>The event stream of a page: that something changed, and the counters.</summary>
internal static class EventEndpoint
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    public static readonly IReadOnlyList<ApiEndpoint> All = [ApiEndpoint.Get("events", DashboardPermission.View, StreamAsync)];

    private static async Task StreamAsync(ApiCall call)
    {
        // A stream never ends by itself: without this the host would wait for it as long as it may.
        var stopping = call.Http.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, stopping);
        using var open = call.Source.Changes.Open();
        var response = call.Http.Response;
        response.ContentType = "text/event-stream";
        // nginx would keep events back until its buffer is full.
        response.Headers["X-Accel-Buffering"] = "no";
        call.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await SendAsync(call, ": open\n\n", end.Token).ConfigureAwait(false);
            await FollowAsync(call, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The page was closed, or the host stops.
        }
    }

    private static async Task FollowAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var seen = 0L;
        var notice = call.Source.Changes.NextAsync(seen, cancellationToken);
        while (true)
        {
            try
            {
                if (await notice.WaitAsync(PingInterval, call.Source.Time, cancellationToken).ConfigureAwait(false) is not { } change)
                {
                    return;
                }

                seen = change.Change;
                await SendAsync(call, EventOf(change), cancellationToken).ConfigureAwait(false);
                notice = call.Source.Changes.NextAsync(seen, cancellationToken);
            }
            catch (TimeoutException)
            {
                await SendAsync(call, "event: ping\ndata: {}\n\n", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static string EventOf(ChangeNotice notice) => string.Create(
        CultureInfo.InvariantCulture,
        $"event: change\nid: {notice.Change}\ndata: {JsonSerializer.Serialize(new ChangeView(notice.Change, CountsView.Of(notice.Counts)), ViewJson.Default.ChangeView)}\n\n");

    private static async Task SendAsync(ApiCall call, string text, CancellationToken cancellationToken)
    {
        await call.Http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false);
        await call.Http.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
