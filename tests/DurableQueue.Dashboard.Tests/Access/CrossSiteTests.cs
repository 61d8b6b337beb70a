using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Access;

/// <summary>What a page of another site can make a browser send.</summary>
public sealed class CrossSiteTests
{
    private const string Host = "queue.example.com";
    private static readonly string?[] Sites = [null, "none", "same-origin", "same-site", "cross-site"];
    private static readonly string?[] Origins = [null, "null", $"https://{Host}", "https://evil.example.com", $"https://{Host}:8443", $"https://{Host}.evil.com"];

    [Fact]
    public async Task Calls_ByWhereTheyComeFrom()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        foreach (var (site, origin, method) in
            from site in Sites from origin in Origins from method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete } select (site, origin, method))
        {
            using var answer = await SendAsync(client, method, method == HttpMethod.Get ? "api/default/overview" : "api/default/tasks", site, origin, Host);
            var isOwn = site is not null ? site is "same-origin" or "none" : origin is null || origin == $"https://{Host}";
            var expected = !isOwn ? HttpStatusCode.Forbidden : method == HttpMethod.Put || method == HttpMethod.Delete ? HttpStatusCode.MethodNotAllowed : HttpStatusCode.OK;
            Assert.True(expected == answer.StatusCode, $"{method} from {site ?? "-"} with the origin {origin ?? "-"}: {answer.StatusCode}");
        }

        // Only those that may have added anything have.
        var added = Sites.SelectMany(site => Origins.Select(origin => (site, origin)))
            .Count(from => from.site is "same-origin" or "none" || (from.site is null && from.origin is null or $"https://{Host}"));
        Assert.Equal(added, (await host.Queue.Inspector.CountAsync()).Total.Queued);
    }

    [Fact]
    public async Task Refusal_NamesBothValues()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        using var answer = await SendAsync(client, HttpMethod.Post, "api/default/tasks", null, "https://proxy.example.com", "inner:8080");

        var detail = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString();
        Assert.Contains("https://proxy.example.com", detail, StringComparison.Ordinal);
        Assert.Contains("inner:8080", detail, StringComparison.Ordinal);
        Assert.Contains("AllowedOrigins", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("cross-site")]
    public async Task AllowedOrigins_AreLetIn(string? site)
    {
        await using var host = await TestDashboard.StartAsync(options => options.AllowedOrigins.Add("https://proxy.example.com"));
        using var client = host.CreateClient();

        using var allowed = await SendAsync(client, HttpMethod.Post, "api/default/tasks", site, "https://proxy.example.com", "inner:8080");
        using var other = await SendAsync(client, HttpMethod.Post, "api/default/tasks", site, "https://proxy.example.com.evil.com", "inner:8080");

        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
    }

    [Fact]
    public async Task ForwardedHeaders_OfTheHost_Count()
    {
        await using var host = await TestDashboard.StartAsync(app =>
        {
            var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedHost };
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            app.UseForwardedHeaders(options);
            app.UseRouting();
            app.MapDurableQueueDashboard("/queue").AllowAnonymous();
        });
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", "proxy.example.com");

        using var answer = await SendAsync(client, HttpMethod.Post, "api/default/tasks", null, "https://proxy.example.com", "inner:8080");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData(null)]
    public async Task Bodies_ThatAreNotJson_AreRefused(string? type)
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        using var content = new ByteArrayContent("""{"type":"mail"}"""u8.ToArray());
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var answer = await client.PostAsync("api/default/tasks", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal(0, (await host.Queue.Inspector.CountAsync()).Total.Total);
    }

    [Fact]
    public async Task Page_OpenedByALinkOfAnotherSite_IsShown()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Add("Accept", "text/html");

        using var answer = await SendAsync(client, HttpMethod.Get, "tasks/5", "cross-site", null, Host);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, string? site, string? origin, string host)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Host = host;
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        if (method != HttpMethod.Get)
        {
            request.Content = new StringContent("""{"type":"mail"}""", Encoding.UTF8, "application/json");
        }

        return await client.SendAsync(request);
    }
}
