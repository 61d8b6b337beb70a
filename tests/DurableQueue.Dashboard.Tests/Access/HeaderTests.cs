using System.Net;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Access;

/// <summary>Every answer has the headers, whoever writes it.</summary>
public sealed class HeaderTests
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'self'; "
        + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    public static TheoryData<string, string, HttpStatusCode> Answers => new()
    {
        { "GET", "", HttpStatusCode.OK },
        { "HEAD", "", HttpStatusCode.OK },
        { "POST", "", HttpStatusCode.MethodNotAllowed },
        { "GET", "app.js", HttpStatusCode.OK },
        { "GET", "what.js", HttpStatusCode.NotFound },
        { "DELETE", "tasks/5", HttpStatusCode.MethodNotAllowed },
        { "GET", "api/meta", HttpStatusCode.OK },
        { "GET", "api/what", HttpStatusCode.NotFound },
        { "GET", "api/other/overview", HttpStatusCode.NotFound },
        { "GET", "api/default/overview", HttpStatusCode.OK },
        { "GET", "api/default/events", HttpStatusCode.OK },
        { "GET", "api/default/tasks?q=status%3D", HttpStatusCode.BadRequest },
        { "GET", "api/default/tasks/1", HttpStatusCode.NotFound },
        { "POST", "api/default/tasks", HttpStatusCode.UnsupportedMediaType },
        { "PATCH", "api/default/tasks", HttpStatusCode.MethodNotAllowed },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Answer_OfTheDashboard_HasThem(string method, string path, HttpStatusCode expected)
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        await CheckAsync(client, method, path, expected);
    }

    [Theory]
    [InlineData("", HttpStatusCode.Redirect)]
    [InlineData("app.js", HttpStatusCode.Redirect)]
    [InlineData("api/meta", HttpStatusCode.Unauthorized)]
    [InlineData("api/default/events", HttpStatusCode.Unauthorized)]
    public async Task Answer_OfTheAuthorizationOfTheHost_HasThem(string path, HttpStatusCode expected)
    {
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient();

        await CheckAsync(client, "GET", path, expected);
    }

    [Fact]
    public async Task Answer_AfterADefect_HasThem()
    {
        // The name of a viewer is read by code of the application.
        await using var host = await TestDashboard.StartAsync(
            app => app.MapDurableQueueDashboard("/queue", options => options.ViewerName = _ => throw new InvalidOperationException("secret")).RequireAuthorization(),
            TestUsers.Add);
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada");

        using var answer = await CheckAsync(client, "GET", "api/default/overview", HttpStatusCode.InternalServerError);

        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> CheckAsync(HttpClient client, string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(ContentSecurityPolicy, Header(answer, "Content-Security-Policy"));
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("noindex", Header(answer, "X-Robots-Tag"));
        if (path.StartsWith("api/", StringComparison.Ordinal))
        {
            Assert.Equal("no-store", Header(answer, "Cache-Control"));
            Assert.False(answer.Headers.Contains("Location"));
        }

        return answer;
    }

    private static string Header(HttpResponseMessage answer, string name) => Assert.Single(answer.Headers.GetValues(name));
}
