using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using Yarp.ReverseProxy.Configuration;

namespace DurableQueue.Dashboard.Tests.Pages;

/// <summary>The page finds its files and its API under any address, without being told.</summary>
public sealed partial class SubPathTests
{
    private static readonly string[] Routes = ["", "tasks", "tasks/", "tasks/5", "tasks/5/graph", "groups/a%2Fb"];

    [Theory]
    [InlineData("/queue")]
    [InlineData("/admin/tools/queue")]
    [InlineData("/queue/")]
    public async Task Map_AtAPattern(string pattern)
    {
        await using var host = await TestDashboard.StartAsync(app => app.MapDurableQueueDashboard(pattern).AllowAnonymous());
        await CheckAsync(host, pattern.TrimEnd('/'));
    }

    [Fact]
    public async Task Map_AtTheRoot()
    {
        await using var host = await TestDashboard.StartAsync(app => app.MapDurableQueueDashboard("").AllowAnonymous());
        await CheckAsync(host, "", hasBare: false);
    }

    [Fact]
    public async Task Map_InAGroup()
    {
        await using var host = await TestDashboard.StartAsync(app => app.MapGroup("/admin").MapDurableQueueDashboard("/queue").AllowAnonymous());
        await CheckAsync(host, "/admin/queue");
    }

    [Fact]
    public async Task Map_WithAParameter()
    {
        await using var host = await TestDashboard.StartAsync(app => app.MapDurableQueueDashboard("/{tenant}/queue").AllowAnonymous());
        await CheckAsync(host, "/one/queue");
    }

    [Theory]
    [InlineData("/queue")]
    [InlineData("")]
    public async Task UsePathBase(string pattern)
    {
        await using var host = await TestDashboard.StartAsync(app =>
        {
            app.UsePathBase("/base");
            app.UseRouting();
            app.MapDurableQueueDashboard(pattern).AllowAnonymous();
        });
        await CheckAsync(host, $"/base{pattern}");
    }

    [Fact]
    public async Task Map_OfABranch()
    {
        await using var host = await TestDashboard.StartAsync(app => app.Map("/branch", branch =>
        {
            branch.UseRouting();
            branch.UseEndpoints(endpoints => endpoints.MapDurableQueueDashboard("/queue").AllowAnonymous());
        }));
        await CheckAsync(host, "/branch/queue");
    }

    [Theory]
    [InlineData("/queue", null)]
    [InlineData("/ops/queue", "/ops")]
    public async Task Proxy_KeepsOrStripsThePrefix(string outside, string? stripped)
    {
        await using var host = await DashboardHost.StartAsync();
        await using var proxy = await StartProxyAsync(new Uri(host.Address, "/"), outside, stripped);
        using var client = new HttpClient { BaseAddress = new Uri(proxy.Urls.Single()) };
        await CheckAsync(client, outside);

        // A browser on the other side of the proxy: its origin is not the host that the application sees.
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{outside}/api/default/tasks") { Content = JsonContent.Create(new { type = "mail" }) };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        request.Headers.Add("Origin", "https://ops.example.com");
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        // And a stream: its first event comes through while it stays open.
        using var stream = new StreamReader(await client.GetStreamAsync($"{outside}/api/default/events"));
        while (await stream.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line && !line.StartsWith("data:", StringComparison.Ordinal))
        {
        }
    }

    [Fact]
    public async Task Proxy_StripsThePrefixOfADashboardAtTheRoot()
    {
        await using var host = await DashboardHost.StartAsync(pattern: "");
        await using var proxy = await StartProxyAsync(new Uri(host.Address, "/"), "/queue", "/queue");
        using var client = new HttpClient { BaseAddress = new Uri(proxy.Urls.Single()) };
        // The application cannot tell /queue from /queue/ there.
        await CheckAsync(client, "/queue", hasBare: false);
    }

    private static async Task CheckAsync(TestDashboard host, string prefix, bool hasBare = true)
    {
        using var client = host.App.GetTestClient();
        await CheckAsync(client, prefix, hasBare);
    }

    /// <summary>Opens each page as a browser does: resolves what it loads against its base, and asks for it.</summary>
    private static async Task CheckAsync(HttpClient client, string prefix, bool hasBare = true)
    {
        var pages = Routes.Select(route => $"{prefix}/{route}");
        foreach (var path in hasBare ? [prefix, .. pages] : pages)
        {
            var address = new Uri(client.BaseAddress!, path);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("Accept", "text/html");
            using var page = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            var html = await page.Content.ReadAsStringAsync();
            var origin = new Uri(address, Base().Match(html).Groups["href"].Value);
            Assert.Equal($"{prefix}/", origin.AbsolutePath);
            Assert.Contains("src=\"app.js\"", html, StringComparison.Ordinal);
            using var script = await client.GetAsync(new Uri(origin, "app.js"));
            Assert.Equal("text/javascript", script.Content.Headers.ContentType?.MediaType);
            var meta = await client.GetFromJsonAsync<JsonElement>(new Uri(origin, "api/meta"));
            Assert.Equal("default", meta.GetProperty("queues")[0].GetProperty("name").GetString());
        }
    }

    private static async Task<WebApplication> StartProxyAsync(Uri inside, string outside, string? stripped)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var transforms = stripped is null ? null : new[] { new Dictionary<string, string> { ["PathRemovePrefix"] = stripped } };
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "inside", Match = new RouteMatch { Path = $"{outside}/{{**rest}}" }, Transforms = transforms }],
            [new ClusterConfig { ClusterId = "inside", Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = inside.ToString() } } }]);
        var proxy = builder.Build();
        proxy.MapReverseProxy();
        await proxy.StartAsync();
        return proxy;
    }

    [GeneratedRegex("<base href=\"(?<href>[^\"]*)\">")]
    private static partial Regex Base();
}
