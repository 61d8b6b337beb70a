using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DurableQueue.Cli.Dashboard;

/// <summary>
/// Lets in who has opened the address with the token. Other users of this machine reach the port as well, and so do the pages that the user's browser shows: what
/// does not have the cookie, or was sent to another name of this machine, gets nothing.
/// </summary>
internal sealed class Entrance
{
    private const string TokenParameter = "token";

    private readonly byte[] token;
    private readonly string[] hosts;
    private readonly string cookieName;
    private readonly string session = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
    private readonly ClaimsPrincipal user;

    /// <param name="token">The secret of the address.</param>
    /// <param name="port">Cookies are the same for all ports of a host: their name has it.</param>
    /// <param name="userName">Who comes in.</param>
    public Entrance(string token, int port, string userName)
    {
        this.token = Encoding.UTF8.GetBytes(token);
        cookieName = $"dq-dashboard-{port}";
        string[] names = ["127.0.0.1", "localhost", "[::1]"];
        hosts = [.. names.Select(name => $"{name}:{port}"), .. port == 80 ? names : []];
        user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, userName)], "dq"));
    }

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        // A page of another site whose name its owner lets point here sends that name.
        if (!hosts.Contains(http.Request.Host.Value, StringComparer.OrdinalIgnoreCase))
        {
            await RefuseAsync(http, StatusCodes.Status403Forbidden, "Forbidden", $"The Host header is '{http.Request.Host.Value}', but must be one of {string.Join(", ", hosts)}.");
        }
        else if (HttpMethods.IsGet(http.Request.Method) && http.Request.Path == "/" && http.Request.Query[TokenParameter] is [{ } given])
        {
            await ExchangeAsync(http, given);
        }
        else if (http.Request.Cookies[cookieName] is { } cookie && IsSame(cookie, Encoding.UTF8.GetBytes(session)))
        {
            http.User = user;
            await next(http);
        }
        else if (IsPage(http.Request))
        {
            await LoginPage.WriteAsync(http, StatusCodes.Status401Unauthorized, LoginPage.Closed);
        }
        else
        {
            await RefuseAsync(http, StatusCodes.Status401Unauthorized, "Unauthorized", "You are not logged in. 'dq dashboard --url' prints the address to open.");
        }
    }

    private Task ExchangeAsync(HttpContext http, string given)
    {
        if (!IsSame(given, token))
        {
            return LoginPage.WriteAsync(http, StatusCodes.Status401Unauthorized, LoginPage.Closed);
        }

        http.Response.Cookies.Append(cookieName, session, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true });

        // Not redirected by the answer: whoever comes from a link or a file would not send the cookie with that.
        return LoginPage.WriteAsync(http, StatusCodes.Status200OK, LoginPage.Open);
    }

    private static bool IsSame(string given, byte[] secret) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), secret);

    private static bool IsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Accept.Any(types => types is not null && types.Contains("text/html", StringComparison.OrdinalIgnoreCase));

    private static Task RefuseAsync(HttpContext http, int status, string title, string detail)
    {
        LoginPage.AddHeaders(http.Response);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/problem+json";
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("title", title);
            writer.WriteNumber("status", status);
            writer.WriteString("detail", detail);
            writer.WriteEndObject();
        }

        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(json.ToArray(), http.RequestAborted).AsTask();
    }
}
