using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableQueue.ProcessHost;

/// <summary>
/// A host with one worker, which ends by the signals that hosts end by. Its handlers say <c>start TYPE ID ATTEMPT</c> and stay until told to
/// stop, or longer.
/// </summary>
internal static class HostedWorker
{
    public static async Task RunAsync(Arguments arguments, ParentProcess parent)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(arguments.Number("host", 30_000)));
        builder.Logging.AddProvider(new OutputLogs());
        builder.Services.AddDurableQueue(q => q
            .UseSqlite(arguments["db"])
            .AddHandler("polite", (string _, TaskContext context, CancellationToken token) => StayAsync(context, token))
            .AddHandler("deaf", (string _, TaskContext context, CancellationToken _) => StayAsync(context, CancellationToken.None))
            .AddHandler("steps", async (string _, TaskContext context, CancellationToken token) =>
            {
                await context.CheckpointAsync(new byte[] { (byte)context.Attempt }, token);
                await context.ReportProgressAsync(0.5, "half", token);
                await StayAsync(context, token);
            })
            .AddHandler("until-stop", async (string _, TaskContext context, CancellationToken token) =>
            {
                Say(context);
                await parent.StopRequested.WaitAsync(token);
            })
            .AddHandler("parent", async (string _, TaskContext context, CancellationToken token) =>
            {
                var child = await context.EnqueueAsync("elsewhere", "", cancellationToken: token);
                Say(context);
                await context.WaitForAsync(child, cancellationToken: token);
            })
            .AddHandler("ask", async (string what, TaskContext context, CancellationToken token) =>
            {
                Say(context);
                var decision = await context.RequestApprovalAsync("ask", what, cancellationToken: token);
                Output.Line($"go {context.Id} {decision.Id} {decision.DecidedBy}");
            })
            .UseRouter(new SayingRouter())
            .AddHandler("quick", (string _, TaskContext context) => Say(context))
            .AddWorker(w =>
            {
                w.LeaseDuration = TimeSpan.FromMilliseconds(arguments.Number("lease", 300_000));
                w.Concurrency = 4;
                w.ShutdownTimeout = TimeSpan.FromMilliseconds(arguments.Number("shutdown", 20_000));
                w.CancelGrace = TimeSpan.FromMilliseconds(arguments.Number("grace", 5_000));
            }));
        using var host = builder.Build();
        await host.StartAsync();
        Output.Line("ready");
        await host.WaitForShutdownAsync();
    }

    private static async Task StayAsync(TaskContext context, CancellationToken cancellationToken)
    {
        Say(context);
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private static void Say(TaskContext context) => Output.Line($"start {context.Type} {context.Id} {context.Attempt}");
}
