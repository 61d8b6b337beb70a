using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DurableQueue.Tests.Processes;
using Xunit;

namespace DurableQueue.Tests.Samples;

/// <summary>The sample as a process of its own, spoken to over HTTP.</summary>
public sealed class WebAppTests : ProcessTest
{
    private const string Listening = "      Now listening on: ";

    [Fact]
    public async Task Thumbnail_Posted_IsAcceptedThenMadeThenServed()
    {
        await using var app = await StartAppAsync();
        using var client = ClientOf(app);

        using var accepted = await client.PostAsJsonAsync("/thumbnails", new { text = "a < b", width = 200 });

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal("/tasks/1", accepted.Headers.Location?.OriginalString);
        var task = await client.GetFromJsonAsync<JsonElement>("/tasks/1?wait=30");
        Assert.Equal(("Done", "Succeeded"), (task.GetProperty("state").GetString(), task.GetProperty("outcome").GetString()));
        using var picture = await client.GetAsync(task.GetProperty("picture").GetString());
        Assert.Equal("image/svg+xml", picture.Content.Headers.ContentType?.MediaType);
        Assert.Contains("a &lt; b", await picture.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("durablequeue_tasks{group=\"default\",state=\"Done\"} 1\n", await client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
    }

    [Fact]
    public async Task Task_StoredBeforeTheStart_IsDoneByTheApp()
    {
        await using (var queue = await OpenAsync())
        {
            await queue.EnqueueAsync("thumbnail", new { text = "earlier", width = 10 });
        }

        await using var app = await StartAppAsync();
        using var client = ClientOf(app);

        var task = await client.GetFromJsonAsync<JsonElement>("/tasks/1?wait=30");

        Assert.Equal("Succeeded", task.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Requests_ThatMakeNoSense_AreRefused()
    {
        await using var app = await StartAppAsync();
        using var client = ClientOf(app);

        using var wide = await client.PostAsJsonAsync("/thumbnails", new { text = "x", width = 5_000 });
        using var empty = await client.PostAsJsonAsync("/thumbnails", new { width = 5 });
        using var unknown = await client.GetAsync("/tasks/7");
        using var unmade = await client.GetAsync("/thumbnails/7");

        Assert.Equal(
            [HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.NotFound],
            [wide.StatusCode, empty.StatusCode, unknown.StatusCode, unmade.StatusCode]);
    }

    [Fact]
    public async Task Dashboard_IsBehindTheLogin()
    {
        await using var app = await StartAppAsync();
        using var client = ClientOf(app);

        using var call = await client.GetAsync("/queue/api/meta");
        using var page = await client.GetAsync("/queue");
        Assert.Equal(HttpStatusCode.Unauthorized, call.StatusCode);
        Assert.Equal("/login", page.RequestMessage?.RequestUri?.AbsolutePath);

        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = "ada" });
        using var signedIn = await client.PostAsync(page.RequestMessage!.RequestUri, form);

        Assert.Equal("/queue", signedIn.RequestMessage?.RequestUri?.AbsolutePath);
        Assert.Contains("app.js", await signedIn.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var meta = await client.GetFromJsonAsync<JsonElement>("/queue/api/meta");
        Assert.Equal("ada", meta.GetProperty("viewer").GetProperty("name").GetString());
    }

    private async Task<ChildProcess> StartAppAsync()
    {
        var app = ChildProcess.Start(
            RepositoryRoot.BuiltAssembly("samples", "WebApp"), "WebApp", ["--urls=http://127.0.0.1:0", $"--Queue:Path={QueuePath}"]);
        try
        {
            await app.WaitForLineAsync(Listening);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    private static HttpClient ClientOf(ChildProcess app)
    {
        var address = app.Lines.First(line => line.StartsWith(Listening, StringComparison.Ordinal))[Listening.Length..];
        Assert.StartsWith("http://127.0.0.1:", address, StringComparison.Ordinal);
        return new HttpClient { BaseAddress = new Uri(address), Timeout = Guard + Guard };
    }
}
