using DurableQueue.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableQueue.ProcessHost;

/// <summary>A host with one worker that runs commands, until a signal ends it.</summary>
internal static class CommandWorker
{
    public static async Task RunAsync(Arguments arguments)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(new OutputLogs());
        builder.Services.AddDurableQueue(q => q
            .UseSqlite(arguments["db"])
            .AddCommands(o => o.RestartPolicy = Enum.Parse<CommandRestart>(arguments.Text("policy", nameof(CommandRestart.Adopt))))
            .AddWorker(w => w.Concurrency = arguments.Number("concurrency", 16)));
        using var host = builder.Build();
        await host.StartAsync();
        Output.Line("ready");
        await host.WaitForShutdownAsync();
    }
}
