using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Access;

/// <summary>Nobody comes in before the application has said who may.</summary>
public sealed class DoorTests
{
    private const string Cure = "app.MapDurableQueueDashboard(\"/queue\").RequireAuthorization()";

    [Fact]
    public async Task Start_NothingSaid_FailsWithTheLineThatCuresIt()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestDashboard.StartAsync(app => app.MapDurableQueueDashboard("/queue")));

        Assert.Contains(Cure, error.Message, StringComparison.Ordinal);
        Assert.Contains(".AllowAnonymous()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AuthorizationWithoutAFallback_FailsToo() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestDashboard.StartAsync(app => app.MapDurableQueueDashboard("/queue"), TestUsers.Add));

    [Fact]
    public async Task Start_OneOfTwoSaysNothing_Fails() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestDashboard.StartAsync(app =>
        {
            app.MapDurableQueueDashboard("/open").AllowAnonymous();
            app.MapDurableQueueDashboard("/queue");
        }));

    [Fact]
    public async Task Map_AfterTheStart_Answers403WithTheSameWords()
    {
        IEndpointRouteBuilder? routes = null;
        await using var host = await TestDashboard.StartAsync((WebApplication app) => routes = app.MapGroup(""));
        routes!.MapDurableQueueDashboard("/queue");
        using var client = host.CreateClient();

        foreach (var path in new[] { "", "app.js", "api/meta", "api/default/overview", "api/default/events", "tasks/5" })
        {
            using var answer = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains(Cure, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task FallbackPolicy_OfTheHost_IsEnough()
    {
        await using var host = await TestDashboard.StartAsync(
            app => app.MapDurableQueueDashboard("/queue"),
            services =>
            {
                TestUsers.Add(services);
                services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
            });
        using var client = host.CreateClient();

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "api/meta"));
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(client, ""));
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(client, "app.js"));
        TestUsers.SignIn(client, "ada");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "api/meta"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, ""));
    }

    [Fact]
    public async Task Group_AroundTheDashboard_GuardsIt()
    {
        await using var host = await TestDashboard.StartAsync(
            app => app.MapGroup("/admin").RequireAuthorization().MapDurableQueueDashboard("/queue"), TestUsers.Add);
        using var client = host.CreateClient("/admin/queue/");

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "api/default/overview"));
        TestUsers.SignIn(client, "ada");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "api/default/overview"));
    }

    [Fact]
    public async Task Policy_OfTheMap_AppliesToEverything()
    {
        await using var host = await TestDashboard.StartAsync(
            app => app.MapDurableQueueDashboard("/queue").RequireAuthorization("Ops"),
            services =>
            {
                TestUsers.Add(services);
                services.AddAuthorizationBuilder().AddPolicy("Ops", policy => policy.RequireUserName("grace"));
            });
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada");

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "api/meta"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "api/default/events"));
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(client, ""));
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(client, "app.css"));
        TestUsers.SignIn(client, "grace");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "api/meta"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "app.css"));
    }

    [Fact]
    public async Task Policy_OfTheDashboard_DoesNotReachTheHost()
    {
        await using var host = await TestDashboard.StartAsync(
            app =>
            {
                app.MapDurableQueueDashboard("/queue").RequireAuthorization();
                app.MapGet("/hello", () => "hello");
            },
            TestUsers.Add);
        using var client = host.CreateClient("/");

        Assert.Equal("hello", await client.GetStringAsync("hello"));
    }

    [Fact]
    public async Task Policies_WithoutAuthorization_FailAtTheMap()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestDashboard.StartAsync(app =>
            app.MapDurableQueueDashboard("/queue", options => options.Policies[DashboardPermission.Control] = "Ops").AllowAnonymous()));

        Assert.Contains("AddAuthorization", error.Message, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }
}
