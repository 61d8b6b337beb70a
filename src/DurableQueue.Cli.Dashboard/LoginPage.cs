using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace DurableQueue.Cli.Dashboard;

/// <summary>What is shown to those who are not, or not yet, logged in. It needs no other file.</summary>
internal static class LoginPage
{
    /// <summary>How to come in.</summary>
    public static readonly string Closed = Page("", """
        <h1>This dashboard is locked</h1>
        <p>It opens with the address that <code>dq</code> prints for it. In a terminal, where you started it:</p>
        <pre>dq dashboard --url</pre>
        <p>An address from before the last start no longer works.</p>
        """);

    /// <summary>On to the dashboard, so that the address with the token does not stay.</summary>
    public static readonly string Open = Page("""<meta http-equiv="refresh" content="0; url=./">""", """<p><a href="./">Open the dashboard</a></p>""");

    private const string Style =
        ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:36rem;margin:20vh auto;padding:0 1.5rem}"
        + "h1{font-size:1.4rem}pre{padding:.75rem 1rem;border:1px solid;border-radius:.5rem;overflow-x:auto}";

    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static Task WriteAsync(HttpContext http, int status, string page)
    {
        AddHeaders(http.Response);
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(page), http.RequestAborted).AsTask();
    }

    public static void AddHeaders(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex";
    }

    private static string Page(string head, string body) => $"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>dq dashboard</title>{head}<style>{Style}</style></head>
        <body><main>{body}</main></body></html>
        """;
}
