using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using DurableQueue.Cli.Tests;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Xunit;

namespace DurableQueue.Mcp.Tests;

/// <summary>The tools in a web application, over HTTP, with the application's own authorization.</summary>
public sealed class HttpTests : IAsyncLifetime
{
    private const string LastWithSessions = "2025-11-25";

    private readonly string folder = Directory.CreateTempSubdirectory("mcp-http-").FullName;
    private readonly List<IAsyncDisposable> started = [];
    private WebApplication app = null!;
    private Uri address = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddAuthentication(KeyAuthentication.Scheme).AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.Scheme, null);
        builder.Services.AddAuthorization();
        builder.Services.AddDurableQueue(queue => queue
            .UseSqlite(Path.Combine(folder, "queue.db"))
            .AddHandler("greet", (string name, TaskContext _, CancellationToken _) => Task.FromResult($"Hello {name}"))
            .AddWorker());
        builder.Services.AddMcpServer()
            .WithHttpTransport(http => http.SessionMode = HttpServerSessionMode.StatefulForInitializeClients)
            .WithDurableQueueTools(tools => tools.AllowApprove = true);
        app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapMcp("/mcp").RequireAuthorization();
        await app.StartAsync();
        address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/mcp");
    }

    public async Task DisposeAsync()
    {
        foreach (var client in started)
        {
            await client.DisposeAsync();
        }

        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Request_NotAuthorizedByTheApplication_Is401AndChangesNothing(string? user)
    {
        using var http = Http(user);
        using var body = new StringContent(
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"queue_add","arguments":{"tasks":[{"type":"greet"}]}}}""", null, "application/json");

        using var answer = await http.PostAsync(address, body);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => ConnectAsync(user));
        Assert.Empty((await app.Services.GetRequiredService<ITaskQueue>().Inspector.QueryAsync(new TaskQuery())).Tasks);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(LastWithSessions)]
    public async Task Clients_TwoAtOnce_EachGetsItsOwnAnswers(string? revision)
    {
        var clients = await Task.WhenAll(ConnectAsync("ada", revision), ConnectAsync("bob", revision));

        await Task.WhenAll(clients.Select(async (client, who) =>
        {
            for (var n = 0; n < 20; n++)
            {
                var name = FormattableString.Invariant($"{who}-{n}");
                var added = await CallAsync(client, "queue_add", new { tasks = new[] { new { type = "greet", payload = name, label = name } } });
                var id = added.GetProperty("ids")[0].GetInt64();
                Assert.Equal(1, (await CallAsync(client, "queue_wait", new { label = name })).GetProperty("succeeded").GetInt32());
                Assert.Equal($"\"Hello {name}\"", (await CallAsync(client, "queue_show", new { id })).GetProperty("result").GetString());
            }
        }));

        Assert.Equal(40, (await CallAsync(clients[0], "queue_groups", new { })).GetProperty("groups")[0].GetProperty("done").GetInt32());
    }

    [Fact]
    public async Task Decide_AuthenticatedUser_IsRecordedUnderItsName()
    {
        var (ada, bob) = (await ConnectAsync("ada"), await ConnectAsync("bob"));
        await CallAsync(ada, "queue_add", new { tasks = new[] { new { type = "greet", payload = "x", requires_approval = true } } });

        var decided = await CallAsync(bob, "queue_decide", new { request_id = 1, approve = true });

        Assert.Equal(("approved", "bob"), (decided.GetProperty("status").GetString(), decided.GetProperty("decided_by").GetString()));
        Assert.Equal(1, (await CallAsync(ada, "queue_wait", new { ids = new[] { 1 } })).GetProperty("succeeded").GetInt32());
    }

    [Fact]
    public async Task Subscribe_ManySessionsThatEnd_LeaveRoomForOthers()
    {
        var queue = app.Services.GetRequiredService<ITaskQueue>();
        var ids = await queue.EnqueueAsync([.. Enumerable.Range(0, 100).Select(_ => new NewTask("nobody"))]);
        for (var session = 0; session < 3; session++)
        {
            await using var client = await McpClient.CreateAsync(Transport("ada"), new McpClientOptions { ProtocolVersion = LastWithSessions });
            foreach (var id in ids)
            {
                await client.SubscribeToResourceAsync($"dq://task/{id}");
            }
        }

        var last = await ConnectAsync("bob", LastWithSessions);
        var told = new TaskCompletionSource<string>();
        await using var handler = last.RegisterNotificationHandler(NotificationMethods.ResourceUpdatedNotification, (notice, _) =>
        {
            told.TrySetResult(notice.Params!["uri"]!.GetValue<string>());
            return default;
        });
        await last.SubscribeToResourceAsync($"dq://task/{ids[7]}");
        await queue.Control.CancelAsync(ids[7]);

        Assert.Equal($"dq://task/{ids[7]}", await told.Task.WaitAsync(Sandbox.Limit));
    }

    private static async Task<JsonElement> CallAsync(McpClient client, string tool, object arguments)
    {
        var given = JsonSerializer.SerializeToElement(arguments).EnumerateObject().ToDictionary(item => item.Name, item => (object?)item.Value);
        var result = await client.CallToolAsync(tool, given).AsTask().WaitAsync(Sandbox.Limit);
        Assert.True(result.IsError is not true, string.Concat(result.Content.OfType<TextContentBlock>().Select(block => block.Text)));
        return result.StructuredContent!.Value;
    }

    private static HttpClient Http(string? user)
    {
        var http = new HttpClient();
        http.DefaultRequestHeaders.Accept.ParseAdd("application/json, text/event-stream");
        if (user is not null)
        {
            http.DefaultRequestHeaders.Add(KeyAuthentication.Header, user);
        }

        return http;
    }

    private HttpClientTransport Transport(string? user) =>
        new(new HttpClientTransportOptions { Endpoint = address, TransportMode = HttpTransportMode.StreamableHttp }, Http(user), ownsHttpClient: true);

    private async Task<McpClient> ConnectAsync(string? user, string? revision = null)
    {
        var client = await McpClient.CreateAsync(Transport(user), new McpClientOptions { ProtocolVersion = revision });
        started.Add(client);
        return client;
    }

    /// <summary>Users who are known by a header.</summary>
    private sealed class KeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
    {
        public const string Header = "X-User";
        public new const string Scheme = "key";

        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers[Header].ToString() switch
        {
            "" => AuthenticateResult.NoResult(),
            "ada" or "bob" => AuthenticateResult.Success(new AuthenticationTicket(
                new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, Request.Headers[Header]!), new Claim(ClaimTypes.Name, Request.Headers[Header]!)], Scheme)), Scheme)),
            _ => AuthenticateResult.Fail("unknown"),
        });
    }
}
