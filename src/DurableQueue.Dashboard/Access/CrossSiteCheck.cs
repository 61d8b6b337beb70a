using Microsoft.AspNetCore.Http;

namespace DurableQueue.Dashboard.Access;

/// <summary>
/// Refuses calls of the API that a page of another site makes with the viewer's cookies. Browsers say where a request comes from; it needs no tokens,
/// and works behind every proxy that passes headers on.
/// </summary>
internal static class CrossSiteCheck
{
    /// <returns>Why the request is refused; <see langword="null"/> if it is not.</returns>
    public static string? Refusal(HttpRequest request, IEnumerable<string> allowedOrigins)
    {
        string? origin = request.Headers.Origin;
        if (!string.IsNullOrEmpty(origin) && allowedOrigins.Contains(origin.TrimEnd('/'), StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        string? site = request.Headers["Sec-Fetch-Site"];
        if (!string.IsNullOrEmpty(site))
        {
            // The browser's own comparison of the page with the address that it called, before any proxy.
            return site is "same-origin" or "none"
                ? null
                : $"The request comes from another site: Sec-Fetch-Site is '{site}', Origin is '{origin}', Host is '{request.Host}'. {Cure}";
        }

        if (string.IsNullOrEmpty(origin))
        {
            // Not a browser, or one that reads: another site's page cannot see the answer.
            return null;
        }

        return Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
            ? null
            : $"The request comes from another site: Origin is '{origin}', Host is '{request.Host}'. {Cure}";
    }

    private const string Cure =
        "If the dashboard is behind a reverse proxy that changes the Host header, use forwarded headers in the host, or add the origin to DashboardOptions.AllowedOrigins.";
}
