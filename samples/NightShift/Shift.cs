using DurableQueue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NightShift;

/// <summary>The service that works at night: its agents and their bounds.</summary>
internal static class Shift
{
    public const string Schedule = "inbox";

    /// <summary>The story takes a few seconds; whatever takes this long hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static BudgetTarget Budget { get; } = BudgetTarget.Type(ResearchAgent.Type);

    /// <param name="path">A queue file that does not exist yet, which stays; <see langword="null"/> for one that is deleted in the end.</param>
    public static async Task<int> RunAsync(string? path)
    {
        if (File.Exists(path))
        {
            await Console.Error.WriteLineAsync($"The night begins with an empty queue, but {path} exists.");
            return 1;
        }

        var directory = path is null ? Directory.CreateTempSubdirectory("durable-queue-") : null;
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            await WorkAsync(path ?? Path.Combine(directory!.FullName, "queue.db"), patience.Token);
            return 0;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"Not as planned: {error.Message}");
            return 1;
        }
        finally
        {
            directory?.Delete(recursive: true);
        }
    }

    private static async Task WorkAsync(string path, CancellationToken cancellationToken)
    {
        using var host = Build(path);
        var queue = host.Services.GetRequiredService<ITaskQueue>();
        await queue.Budgets.SetAsync(Budget, new BudgetPolicy { Cost = CostCap.Per(TimeSpan.FromHours(8), 1m) }, cancellationToken);
        await host.StartAsync(cancellationToken);

        var person = new Operator(queue, "ann");
        await person.FollowScheduleAsync(cancellationToken);
        await person.DecideAsync(cancellationToken);
        await person.WatchBudgetAsync(cancellationToken);
        await person.AskForSomethingAsync(cancellationToken);
        await person.HandOverAsync(cancellationToken);
        await host.StopAsync(cancellationToken);
    }

    private static IHost Build(string path)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders(); // Here we print what happens ourselves.
        builder.Services.AddSingleton<Dispatcher>();
        builder.Services.AddDurableQueue(queue => queue
            .UseSqlite(path)
            .AddHandler<ReadInbox, InboxAgent>(InboxAgent.Type, agent => agent.Description = "Reads new mail.")
            .AddHandler<CleanUp, CleanUpAgent>(CleanUpAgent.Type, agent => agent.Description = "Deletes what nobody needs.")
            .AddHandler<Research, ResearchAgent>(ResearchAgent.Type, agent => agent.Description = "Answers questions; costs money.")
            .AddHandler<string, BuildAgent>(BuildAgent.Type, agent => agent.Description = "Compiles and tests code.")
            .AddSchedule(Schedule, "@every 1s", new ReadInbox("support@example.org"), schedule => schedule with { Overlap = OverlapPolicy.Skip })
            .UseRouter<Dispatcher>()
            .AddWorker(worker => worker.Concurrency = 2));
        return builder.Build();
    }
}
