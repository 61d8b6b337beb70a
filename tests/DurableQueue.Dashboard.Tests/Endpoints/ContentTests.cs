using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace DurableQueue.Dashboard.Tests.Endpoints;

/// <summary>What is shown of what tasks carry.</summary>
public sealed class ContentTests
{
    private static readonly string[] Hostile =
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "javascript:alert(1)", "{{constructor.constructor('alert(1)')()}}",
        "'-alert(1)-'", "\u2028alert(1)\u2029", "&lt;b&gt;", "\u202egnp.exe", "\\u003cb\\u003e",
    ];

    [Fact]
    public async Task HostileText_StaysDataInJson()
    {
        await using var host = await TestDashboard.StartAsync(configureQueue: queue => queue.AddHandler(
            "fail", async (context, ct) =>
            {
                await context.ReportProgressAsync(0.5, context.Metadata["text"], ct);
                throw new PermanentTaskException(context.Metadata["text"]);
            }).AddWorker());
        using var client = host.CreateClient();
        foreach (var text in Hostile)
        {
            var id = await host.Queue.EnqueueAsync(new NewTask("fail", JsonSerializer.SerializeToUtf8Bytes(text))
            {
                Label = text,
                Metadata = new Dictionary<string, string> { ["text"] = text },
            });
            await host.Queue.Inspector.WaitAsync(id);

            using var answer = await client.GetAsync($"api/default/tasks/{id}");

            Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
            var raw = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain('<', raw);
            Assert.DoesNotContain('>', raw);
            var task = JsonSerializer.Deserialize<JsonElement>(raw);
            Assert.Equal(text, task.GetProperty("label").GetString());
            Assert.Equal(text, task.GetProperty("metadata").GetProperty("text").GetString());
            Assert.Contains(text, task.GetProperty("errorText").GetString(), StringComparison.Ordinal);
            Assert.Equal(text, JsonSerializer.Deserialize<string>(task.GetProperty("payload").GetProperty("text").GetString()!));
        }
    }

    [Fact]
    public async Task HostileAddress_IsNotInThePage()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Add("Accept", "text/html");

        var page = await client.GetStringAsync("tasks/%22%3E%3Cscript%3Ealert(1)%3C/script%3E?q=%22%3E%3Cscript%3E");

        Assert.DoesNotContain("alert(1)", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_OfACommand_IsNeverShown()
    {
        const string payload = """{"commandLine":"env","environment":{"TOKEN":"sesame","PATH":"/sesame"},"Environment":"sesame"}""";
        await using var host = await TestDashboard.StartWithUsersAsync();
        using var client = host.CreateClient();
        TestUsers.SignIn(client, "ada", Enum.GetValues<DashboardPermission>());
        var id = await host.Queue.EnqueueAsync(new NewTask("command", Encoding.UTF8.GetBytes(payload)) { RequiresApproval = true });
        await host.Queue.EnqueueAsync(new NewTask("command", """{"environment":{"TOKEN":"sesame"}"""u8.ToArray()) { RequiresApproval = true });
        await host.Queue.Schedules.AddAsync(new NewSchedule("env", "@daily", new NewTask("command", Encoding.UTF8.GetBytes(payload))));

        foreach (var path in new[] { $"tasks/{id}", $"tasks/{id}/payload", "tasks/2", "tasks/2/payload", "board", "tasks", "approvals", "schedules" })
        {
            Assert.DoesNotContain("sesame", await client.GetStringAsync($"api/default/{path}"), StringComparison.Ordinal);
        }

        var task = await client.GetFromJsonAsync<JsonElement>($"api/default/tasks/{id}");
        Assert.Equal("env", task.GetProperty("command").GetProperty("line").GetString());
        Assert.Equal(["TOKEN", "PATH"], task.GetProperty("command").GetProperty("environmentNames").EnumerateArray().Select(name => name.GetString()));

        // Decided requests keep the payload that was approved.
        using var approved = await client.PostAsJsonAsync($"api/default/tasks/{id}/approve", new { });
        Assert.Equal(HttpStatusCode.OK, approved.StatusCode);
        Assert.DoesNotContain("sesame", await client.GetStringAsync("api/default/approvals?state=approved"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommandLine_Edited_KeepsTheEnvironment()
    {
        await using var host = await TestDashboard.StartAsync(options => options.AllowCommands = true);
        using var client = host.CreateClient();
        var id = await host.Queue.EnqueueAsync(new NewTask("command", """{"arguments":["a"],"environment":{"TOKEN":"sesame"},"nice":5}"""u8.ToArray()));

        using var whole = await client.PostAsJsonAsync($"api/default/tasks/{id}/edit", new { payloadText = """{"commandLine":"b","environment":{"TOKEN":"***"}}""" });
        using var line = await client.PostAsJsonAsync($"api/default/tasks/{id}/edit", new { command = "b" });

        Assert.Equal(HttpStatusCode.BadRequest, whole.StatusCode);
        Assert.Equal(HttpStatusCode.OK, line.StatusCode);
        Assert.Equal(
            """{"environment":{"TOKEN":"sesame"},"nice":5,"commandLine":"b"}""", Encoding.UTF8.GetString((await host.Queue.Inspector.GetPayloadAsync(id)).Span));
    }

    [Fact]
    public async Task Commands_NotAllowedByTheApplication_CannotBeWritten()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        var id = await host.Queue.EnqueueAsync(new NewTask("command", """{"commandLine":"a"}"""u8.ToArray()));
        var calls = new (string Path, object Body)[]
        {
            ("tasks", new { command = "rm" }),
            ("tasks", new { type = "command", payload = new { commandLine = "rm" } }),
            ($"tasks/{id}/edit", new { command = "rm" }),
            ("schedules", new { name = "n", cron = "@daily", task = new { command = "rm" } }),
        };

        foreach (var (path, body) in calls)
        {
            using var answer = await client.PostAsJsonAsync($"api/default/{path}", body);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        Assert.Equal(1, (await host.Queue.Inspector.CountAsync()).Total.Total);
        Assert.Empty(await host.Queue.Schedules.ListAsync());
    }

    [Fact]
    public async Task Redact_DecidesWhatIsShownAndDownloaded()
    {
        await using var host = await TestDashboard.StartAsync(options => options.Redact = payload =>
            payload.TaskType == "secret" ? null : payload.TaskType == "broken" ? throw new InvalidOperationException() : payload.Text.Replace("sesame", "…", StringComparison.Ordinal));
        using var client = host.CreateClient();
        await host.Queue.EnqueueAsync(new NewTask("mail", """{"word":"sesame","to":"a"}"""u8.ToArray()));
        await host.Queue.EnqueueAsync(new NewTask("secret", "1"u8.ToArray()));
        await host.Queue.EnqueueAsync(new NewTask("broken", "2"u8.ToArray()));
        await host.Queue.EnqueueAsync(new NewTask("bytes", new byte[] { 0xff, 0xfe }));

        Assert.Equal("""{"word":"…","to":"a"}""", await PayloadAsync(1));
        Assert.Equal("""{"word":"…","to":"a"}""", await client.GetStringAsync("api/default/tasks/1/payload"));
        foreach (var id in new[] { 2, 3, 4 })
        {
            Assert.Null(await PayloadAsync(id));
            using var download = await client.GetAsync($"api/default/tasks/{id}/payload");
            Assert.Equal(HttpStatusCode.Forbidden, download.StatusCode);
        }

        // What is not shown whole would be lost by an edit of what is shown.
        using var edit = await client.PostAsJsonAsync("api/default/tasks/1/edit", new { payloadText = """{"word":"…"}""" });
        Assert.Equal(HttpStatusCode.Forbidden, edit.StatusCode);

        async Task<string?> PayloadAsync(int id)
        {
            var payload = (await client.GetFromJsonAsync<JsonElement>($"api/default/tasks/{id}")).GetProperty("payload");
            Assert.Equal(payload.TryGetProperty("text", out var text), payload.GetProperty("kind").GetString() != "hidden");
            return text.ValueKind == JsonValueKind.Undefined ? null : text.GetString();
        }
    }

    [Fact]
    public async Task Downloads_AreAttachments()
    {
        await using var host = await TestDashboard.StartAsync();
        using var client = host.CreateClient();
        byte[] bytes = [0, 0xff, (byte)'<'];
        var id = await host.Queue.EnqueueAsync(new NewTask("mail", bytes));

        using var answer = await client.GetAsync($"api/default/tasks/{id}/payload");
        using var result = await client.GetAsync($"api/default/tasks/{id}/result");

        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal(bytes, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotFound, result.StatusCode);
    }
}
