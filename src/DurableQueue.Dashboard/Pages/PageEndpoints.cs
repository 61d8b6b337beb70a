using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableQueue.Dashboard.Pages;

/// <summary>Serves the page and its files.</summary>
internal static class PageEndpoints
{
    /// <summary>Serves the page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="ownSegments">How many segments the endpoint adds to the address of the dashboard.</param>
    public static async Task ServeIndexAsync(HttpContext http, int ownSegments)
    {
        var path = http.Request.Path.ToUriComponent();
        var prefix = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.PathSegments.Count - ownSegments ?? 0;
        var depth = Math.Max(0, path.Count(letter => letter == '/') - prefix);
        var body = PageFiles.Index(PageBase.Of(http.Request.PathBase.ToUriComponent() + path, depth));
        http.Response.Headers.CacheControl = "no-cache";
        await WriteAsync(http, "text/html; charset=utf-8", body).ConfigureAwait(false);
    }

    public static async Task ServeFileAsync(HttpContext http, PageFile file)
    {
        // The names are fixed: the browser asks each time, and gets the file if it is another one.
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.ETag = file.Tag;
        if (http.Request.Headers.IfNoneMatch.Any(tags => tags is not null && tags.Contains(file.Tag, StringComparison.Ordinal)))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await WriteAsync(http, file.ContentType, file.Bytes).ConfigureAwait(false);
    }

    private static async Task WriteAsync(HttpContext http, string type, byte[] body)
    {
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
        }
    }
}
