using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DurableQueue.Dashboard.Access;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Access;

/// <summary>The matrix of endpoints and permissions, made from the endpoints that are there: one that is added without a permission fails.</summary>
public sealed class PermissionTests
{
    /// <summary>What the door alone guards: it shows nothing of a queue.</summary>
    private static readonly string[] OfTheDoor = ["", "{**page}", "api/meta", "api/{**rest}"];

    private static readonly DashboardPermission[] All = Enum.GetValues<DashboardPermission>();

    [Fact]
    public async Task Endpoints_OfTheApi_EachNeedTheirPermission()
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient("/");
        var endpoints = Endpoints(host);
        Assert.NotEmpty(endpoints);
        foreach (var (endpoint, metadata) in endpoints)
        {
            var pattern = Pattern(endpoint);
            if (IsOfOtherMethods(endpoint))
            {
                TestUsers.SignIn(client, "ada", All);
                Assert.Equal(HttpStatusCode.MethodNotAllowed, await StatusAsync(client, endpoint, "PATCH"));
                continue;
            }

            if (metadata.Permission is not { } permission)
            {
                Assert.True(OfTheDoor.Contains(pattern) || !pattern.StartsWith("api/", StringComparison.Ordinal), $"{pattern} has no permission");
                continue;
            }

            TestUsers.SignIn(client, null);
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, endpoint));

            TestUsers.SignIn(client, "ada", All.Except([permission]));
            Assert.True(HttpStatusCode.Forbidden == await StatusAsync(client, endpoint), $"{pattern} does not need {permission}");

            TestUsers.SignIn(client, "ada", All.Except([DashboardPermission.View]));
            Assert.True(HttpStatusCode.Forbidden == await StatusAsync(client, endpoint), $"{pattern} does not need {DashboardPermission.View}");

            TestUsers.SignIn(client, "ada", permission, DashboardPermission.View);
            Assert.True(await StatusAsync(client, endpoint) is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized), $"{pattern} needs more than {permission}");
        }
    }

    [Fact]
    public async Task Endpoints_OfThePage_NeedTheDoor()
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient("/");
        foreach (var (endpoint, metadata) in Endpoints(host).Where(endpoint => endpoint.Metadata.Permission is null))
        {
            var expected = metadata.IsApi ? HttpStatusCode.Unauthorized : HttpStatusCode.Redirect;
            Assert.Equal(expected, await StatusAsync(client, endpoint));
        }
    }

    [Fact]
    public async Task ReadOnly_EverythingThatWrites_IsForbidden()
    {
        await using var host = await TestDashboard.StartWithUsersAsync(options => options.ReadOnly = true);
        using var client = host.CreateClient("/");
        TestUsers.SignIn(client, "ada", All);
        foreach (var (endpoint, metadata) in Endpoints(host))
        {
            var reads = metadata.Permission is null or DashboardPermission.View or DashboardPermission.ViewPayloads or DashboardPermission.ViewLogs;
            Assert.True(reads == (await StatusAsync(client, endpoint) != HttpStatusCode.Forbidden), $"{Pattern(endpoint)} is not as it must be in a read-only dashboard");
        }

        var meta = await client.GetFromJsonAsync<JsonElement>("queue/api/meta");
        Assert.True(meta.GetProperty("queues")[0].GetProperty("readOnly").GetBoolean());
        Assert.Equal(["view", "viewPayloads", "viewLogs"], Permissions(meta));
    }

    [Fact]
    public async Task Meta_TellsWhatTheViewerMay()
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada", DashboardPermission.View, DashboardPermission.Control);

        var meta = await client.GetFromJsonAsync<JsonElement>("api/meta");

        Assert.Equal("ada", meta.GetProperty("viewer").GetProperty("name").GetString());
        Assert.Equal(["view", "control"], Permissions(meta));
    }

    [Fact]
    public async Task Meta_QueueThatTheViewerMayNotSee_IsNotNamed()
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada", DashboardPermission.Control);

        Assert.Empty((await client.GetFromJsonAsync<JsonElement>("api/meta")).GetProperty("queues").EnumerateArray());
    }

    [Fact]
    public async Task Approve_ViewerWithoutAName_IsRefused()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        var id = await host.Queue.EnqueueAsync(new NewTask("mail") { RequiresApproval = true });

        using var answer = await client.PostAsJsonAsync($"api/default/tasks/{id}/approve", new { });

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.DoesNotContain("approve", Permissions(await client.GetFromJsonAsync<JsonElement>("api/meta")));
        Assert.Equal(TaskHolds.Approval, (await host.Queue.Inspector.GetAsync(id))!.Holds);
    }

    [Fact]
    public async Task Approve_NameInTheBody_IsNotTaken()
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada", All);
        var id = await host.Queue.EnqueueAsync(new NewTask("mail") { RequiresApproval = true });

        using var forged = await client.PostAsJsonAsync($"api/default/tasks/{id}/approve", new { by = "grace" });
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var answer = await client.PostAsJsonAsync($"api/default/tasks/{id}/approve", new { note = "fine" });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var approval = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("ada", approval.GetProperty("approvals")[0].GetProperty("decidedBy").GetString());
    }

    [Fact]
    public async Task Payloads_WithoutThePermission_AreHiddenAndCannotBeSearchedFor()
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada", All.Except([DashboardPermission.ViewPayloads]));
        var id = await host.Queue.EnqueueAsync(new NewTask("command", """{"commandLine":"echo sesame"}"""u8.ToArray())
        {
            Metadata = new Dictionary<string, string> { ["key"] = "sesame" },
        });

        foreach (var path in new[] { "board", "tasks", $"tasks/{id}" })
        {
            Assert.DoesNotContain("sesame", await client.GetStringAsync($"api/default/{path}"), StringComparison.Ordinal);
        }

        foreach (var query in new[] { "command~sesame", "not command~sesame", "status=queued and (id=1 or command~ses)", "order by command" })
        {
            using var answer = await client.GetAsync($"api/default/tasks?q={Uri.EscapeDataString(query)}");
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        TestUsers.SignIn(client, "ada", All);
        Assert.Contains("sesame", await client.GetStringAsync("api/default/board"), StringComparison.Ordinal);
    }

    private static (RouteEndpoint Endpoint, DashboardEndpointMetadata Metadata)[] Endpoints(TestDashboard host) =>
    [
        .. host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => (endpoint, endpoint.Metadata.GetMetadata<DashboardEndpointMetadata>()!))
            .Where(endpoint => endpoint.Item2 is not null),
    ];

    /// <summary>It answers the methods that an address of the API does not have.</summary>
    private static bool IsOfOtherMethods(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is null && Pattern(endpoint) is not ("{**page}" or "api/{**rest}");

    private static string Pattern(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText!["/queue".Length..].TrimStart('/');

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, RouteEndpoint endpoint, string? other = null)
    {
        var path = endpoint.RoutePattern.RawText!
            .Replace("{queue}", "default", StringComparison.Ordinal)
            .Replace("{id}", "1", StringComparison.Ordinal)
            .Replace("{name}", "some", StringComparison.Ordinal)
            .Replace("{**page}", "tasks", StringComparison.Ordinal)
            .Replace("{**rest}", "what", StringComparison.Ordinal);
        var method = other ?? endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET";
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        return answer.StatusCode;
    }

    private static string[] Permissions(JsonElement meta) =>
        [.. meta.GetProperty("viewer").GetProperty("permissions").GetProperty("default").EnumerateArray().Select(permission => permission.GetString()!)];
}
