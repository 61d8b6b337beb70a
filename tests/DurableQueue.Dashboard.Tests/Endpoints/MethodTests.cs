using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

public sealed class MethodTests
{
    [Theory]
    [InlineData("POST", "api/meta", "GET")]
    [InlineData("POST", "api/default/overview", "GET")]
    [InlineData("DELETE", "api/default/tasks/1", "GET")]
    [InlineData("GET", "api/default/tasks/1/cancel", "POST")]
    [InlineData("PUT", "api/default/tasks", "GET, POST")]
    [InlineData("DELETE", "tasks", "GET, HEAD")]
    public async Task Address_WithAnotherMethod_SaysWhichItTakes(string method, string path, string allowed)
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        using var answer = await SendAsync(client, method, path);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow));
        Assert.Equal(405, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("GET", "api/default/nothing")]
    [InlineData("POST", "api/default/tasks/1/nothing")]
    [InlineData("GET", "api/nowhere/overview")]
    public async Task Address_ThatIsNotThere_IsNotFound(string method, string path)
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();

        using var answer = await SendAsync(client, method, path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method != "GET")
        {
            request.Content = JsonContent.Create(new { });
        }

        return client.SendAsync(request);
    }
}
