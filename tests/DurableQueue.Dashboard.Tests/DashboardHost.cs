using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Dashboard.Tests;

/// <summary>An application with a queue in a file of its own and a dashboard, on a free port of the loopback interface.</summary>
public sealed class DashboardHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string directory;
    private readonly string pattern;

    private DashboardHost(WebApplication app, string directory, string pattern)
    {
        this.app = app;
        this.directory = directory;
        this.pattern = pattern;
    }

    /// <summary>The address of the dashboard, with a slash at its end.</summary>
    public Uri Address => new($"{app.Urls.Single()}{pattern}/");

    public ITaskQueue Queue => app.Services.GetRequiredService<ITaskQueue>();

    public IServiceProvider Services => app.Services;

    public static async Task<DashboardHost> StartAsync(
        Action<DurableQueueBuilder>? configureQueue = null,
        Action<DashboardOptions>? configure = null,
        Action<IEndpointConventionBuilder>? door = null,
        Action<WebApplicationBuilder>? configureHost = null,
        int port = 0,
        string pattern = "/queue")
    {
        var directory = Directory.CreateTempSubdirectory("durable-queue-dashboard-").FullName;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddDurableQueue(queue =>
        {
            queue.UseSqlite(Path.Combine(directory, "queue.db"));
            configureQueue?.Invoke(queue);
        });
        configureHost?.Invoke(builder);
        var app = builder.Build();
        var dashboard = app.MapDurableQueueDashboard(pattern, configure);
        (door ?? (endpoints => endpoints.AllowAnonymous()))(dashboard);
        await app.StartAsync();
        return new DashboardHost(app, directory, pattern);
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
