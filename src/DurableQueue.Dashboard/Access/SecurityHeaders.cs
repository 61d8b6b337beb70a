using Microsoft.AspNetCore.Http;

namespace DurableQueue.Dashboard.Access;

/// <summary>The headers of every answer, whoever writes it: the dashboard, the host's authorization, or its error page.</summary>
internal static class SecurityHeaders
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'self'; "
        + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private static readonly object Added = new();

    public static void Add(HttpContext http, bool isApi)
    {
        if (!http.Items.TryAdd(Added, null))
        {
            return;
        }

        http.Response.OnStarting(static state =>
        {
            var (response, isApi) = ((HttpResponse, bool))state;
            var headers = response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["X-Robots-Tag"] = "noindex";
            if (isApi)
            {
                headers.CacheControl = "no-store";
            }

            return Task.CompletedTask;
        }, (http.Response, isApi));
    }
}
