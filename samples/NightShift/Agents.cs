using DurableQueue;

namespace NightShift;

internal sealed record ReadInbox(string Mailbox);

internal sealed record CleanUp(string Directory);

internal sealed record Research(string Question);

/// <summary>What the schedule fires.</summary>
internal sealed class InboxAgent : ITaskHandler<ReadInbox>
{
    public const string Type = "agent.inbox";

    public Task HandleAsync(ReadInbox inbox, TaskContext context, CancellationToken cancellationToken)
    {
        // OccursAt is the time that this run is about, however late it runs.
        Output.Agent($"task {context.Id} reads {inbox.Mailbox} for {Output.Time(context.OccursAt)}");
        return Task.CompletedTask;
    }
}

/// <summary>Wants to do something that it may not do alone. While it waits its slot is free for others.</summary>
internal sealed class CleanUpAgent : ITaskHandler<CleanUp>
{
    public const string Type = "agent.cleanup";

    public async Task HandleAsync(CleanUp cleanUp, TaskContext context, CancellationToken cancellationToken)
    {
        var decision = await context.RequestApprovalAsync(
            "Bash", $$"""{"command":"rm -rf {{cleanUp.Directory}}"}""", new ApprovalOptions { ExpiresAfter = TimeSpan.FromHours(8) }, cancellationToken);

        // A rejection would have thrown ApprovalRejectedException. The command itself is left out here.
        Output.Agent($"task {context.Id} may: {decision.DecidedBy} said \"{decision.Note}\"");
    }
}

/// <summary>Costs money, and says how much.</summary>
internal sealed class ResearchAgent : ITaskHandler<Research>
{
    public const string Type = "agent.research";
    public const decimal Price = 1.20m;

    public async Task HandleAsync(Research research, TaskContext context, CancellationToken cancellationToken)
    {
        await context.ReportCostAsync(Price, cancellationToken: cancellationToken);
        Output.Agent($"task {context.Id} found out {research.Question}, for {Output.Money(Price)} usd");
    }
}

/// <summary>Takes what the router gives it.</summary>
internal sealed class BuildAgent : ITaskHandler<string>
{
    public const string Type = "agent.build";

    public Task HandleAsync(string request, TaskContext context, CancellationToken cancellationToken)
    {
        Output.Agent($"task {context.Id} builds, since it was told: {request}");
        return Task.CompletedTask;
    }
}
