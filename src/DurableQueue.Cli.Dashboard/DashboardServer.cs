using System.Net.Sockets;
using DurableQueue.Cli.Dashboards.Messages;
using DurableQueue.Groups;
using DurableQueue.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace DurableQueue.Cli.Dashboard;

/// <summary>Serves the dashboard of one queue, until dq ends or it is told to stop.</summary>
internal static class DashboardServer
{
    private const int WrongState = 2;
    private const int QueueUnusable = 4;
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(1);

    /// <param name="start">What dq has handed over.</param>
    /// <param name="notices">Tells dq.</param>
    /// <param name="input">Its end is that of dq.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(DashboardStart start, NoticeWriter notices, TextReader input)
    {
        try
        {
            var sockets = LoopbackSockets.Bind(start.Port);
            await using var app = Build(start, sockets, notices);
            await app.StartAsync();
            notices.Write(new DashboardNotice { Port = sockets.Port });
            _ = StopAtEndAsync(input, app.Lifetime);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (SocketException e)
        {
            return Fail(notices, WrongState, e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"The port {start.Port} is in use. Give another one with --port, or none for one that is free."
                : $"The port {start.Port} can't be used: {e.Message}");
        }
        catch (QueueStorageException e)
        {
            return Fail(notices, QueueUnusable, e.Message);
        }
    }

    private static int Fail(NoticeWriter notices, int exitCode, string message)
    {
        notices.Write(new DashboardNotice { Failure = message, ExitCode = exitCode });
        return exitCode;
    }

    /// <summary>Nothing is read from files and variables where it is started: a project is not to decide how its user's dashboard is served.</summary>
    private static WebApplication Build(DashboardStart start, LoopbackSockets sockets, NoticeWriter notices)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production });
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopWithin);
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = sockets.Take);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var endPoint in sockets.EndPoints)
            {
                kestrel.Listen(endPoint);
            }
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddDurableQueue(queue => queue.UseSqlite(start.QueuePath, options => Configure(options, start)).AddCommandLogs(start.LogDirectory));

        var app = builder.Build();
        var entrance = new Entrance(start.Token, sockets.Port, start.User);
        app.Use((http, next) => entrance.InvokeAsync(http, next));
        app.UseRouting();
        app.MapDurableQueueDashboard("/", options =>
        {
            options.ReadOnly = start.ReadOnly;
            options.AllowCommands = true;
            options.Host = new DqHost(start, notices);
        }).AllowAnonymous();
        return app;
    }

    /// <summary>As dq opens it: what a dead worker left is for other workers to take over.</summary>
    private static SqliteQueueOptions Configure(SqliteQueueOptions options, DashboardStart start) => options with
    {
        BackgroundSweeps = false,
        BusyTimeout = start.BusyTimeout ?? options.BusyTimeout,
        NewGroups = new NewGroupLimits(start.GroupLimit, start.GroupLimits),
    };

    private static async Task StopAtEndAsync(TextReader input, IHostApplicationLifetime lifetime)
    {
        while (await input.ReadLineAsync() is not null)
        {
        }

        lifetime.StopApplication();
    }
}
