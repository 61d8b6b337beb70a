using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Dashboard.Tests;

/// <summary>An application with a queue and what a test maps, in memory: without a port.</summary>
public sealed class TestDashboard : IAsyncDisposable
{
    private readonly string directory;

    private TestDashboard(WebApplication app, string directory)
    {
        App = app;
        this.directory = directory;
    }

    public WebApplication App { get; }

    public ITaskQueue Queue => App.Services.GetRequiredService<ITaskQueue>();

    /// <summary>Maps a dashboard at <c>/queue</c> that everybody may open.</summary>
    public static Task<TestDashboard> StartAsync(Action<DashboardOptions>? configure = null, Action<DurableQueueBuilder>? configureQueue = null) =>
        StartAsync(app => app.MapDurableQueueDashboard("/queue", configure).AllowAnonymous(), configureQueue: configureQueue);

    /// <summary>Maps a dashboard at <c>/queue</c> for users that a request names, each with the permissions that it names: see <see cref="TestUsers"/>.</summary>
    public static Task<TestDashboard> StartWithUsersAsync(Action<DashboardOptions>? configure = null, Action<DurableQueueBuilder>? configureQueue = null) =>
        StartAsync(
            app => app.MapDurableQueueDashboard("/queue", options =>
            {
                foreach (var permission in Enum.GetValues<DashboardPermission>())
                {
                    options.Policies.Add(permission, permission.ToString());
                }

                configure?.Invoke(options);
            }).RequireAuthorization(),
            TestUsers.Add,
            configureQueue);

    /// <exception cref="Exception">The host does not start.</exception>
    public static async Task<TestDashboard> StartAsync(
        Action<WebApplication> map, Action<IServiceCollection>? configure = null, Action<DurableQueueBuilder>? configureQueue = null)
    {
        var directory = Directory.CreateTempSubdirectory("durable-queue-dashboard-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddDurableQueue(queue =>
        {
            queue.UseSqlite(Path.Combine(directory, "queue.db"));
            configureQueue?.Invoke(queue);
        });
        configure?.Invoke(builder.Services);
        var dashboard = new TestDashboard(builder.Build(), directory);
        try
        {
            map(dashboard.App);
            await dashboard.App.StartAsync();
            return dashboard;
        }
        catch
        {
            await dashboard.DisposeAsync();
            throw;
        }
    }

    /// <param name="path">Where its addresses are relative to.</param>
    public HttpClient CreateClient(string path = "/queue/")
    {
        var client = App.GetTestClient();
        client.BaseAddress = new Uri(client.BaseAddress!, path);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
