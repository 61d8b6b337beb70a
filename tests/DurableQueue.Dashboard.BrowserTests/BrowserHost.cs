using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableQueue.Dashboard.BrowserTests;

/// <summary>An application with a queue in a file, a worker and a dashboard behind a login, on a port that stays the same over a restart.</summary>
public sealed class BrowserHost : IAsyncDisposable
{
    private const string SchemeName = "test";

    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-browser-").FullName;
    private readonly Action<DurableQueueBuilder>? configureQueue;
    private readonly Action<DashboardOptions>? configure;
    private readonly Door door = new();
    private WebApplication? app;
    private int port;

    private BrowserHost(Action<DurableQueueBuilder>? configureQueue, Action<DashboardOptions>? configure)
    {
        this.configureQueue = configureQueue;
        this.configure = configure;
    }

    public string Origin => $"http://127.0.0.1:{port}";

    public Uri Address => new($"{Origin}/queue/");

    public ITaskQueue Queue => app!.Services.GetRequiredService<ITaskQueue>();

    /// <summary>Who is logged in; nobody if <see langword="null"/>.</summary>
    public string? User
    {
        get => door.User;
        set => door.User = value;
    }

    public static async Task<BrowserHost> StartAsync(Action<DurableQueueBuilder>? configureQueue = null, Action<DashboardOptions>? configure = null)
    {
        var host = new BrowserHost(configureQueue, configure);
        await host.StartAgainAsync();
        return host;
    }

    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddDurableQueue(queue =>
        {
            queue.UseSqlite(Path.Combine(directory, "queue.db"));
            configureQueue?.Invoke(queue);
        });
        // Handlers of these tests may run for ever: they are not waited for.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(300));
        builder.Services.AddSingleton(door);
        builder.Services.AddAuthentication(SchemeName).AddScheme<AuthenticationSchemeOptions, DoorHandler>(SchemeName, null);
        builder.Services.AddAuthorization();
        app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapDurableQueueDashboard("/queue", configure).RequireAuthorization();
        await app.StartAsync();
        port = new Uri(app.Urls.Single()).Port;
    }

    public async Task StopAsync()
    {
        if (app is { } running)
        {
            app = null;
            await running.StopAsync();
            await running.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(directory, recursive: true);
    }

    private sealed class Door
    {
        public string? User { get; set; } = "ann";
    }

    private sealed class DoorHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Door door)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            door.User is { } name
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Scheme.Name)), Scheme.Name))
                : AuthenticateResult.NoResult());
    }
}
