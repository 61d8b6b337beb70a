using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Output;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Approvals;

internal static class ApprovalsCommand
{
    public static Command Create()
    {
        var all = Values.Flag("--all", "Show the full audit trail: also decided requests, with who decided, when and why.");
        var showEnvironment = ShowEnvironment();
        var filter = new Filter();
        return new Command("approvals", "Show what is waiting for a decision; 'export' writes the audit trail, 'request' asks from inside a command.")
            .With([all, .. filter.Options, showEnvironment, Export(), ApprovalRequestCommand.Create()])
            .WithAction(async invocation =>
            {
                var query = filter.Read(invocation);
                if (!invocation.Get(all) && query.Status is null)
                {
                    query = query with { Status = ApprovalStatus.Pending };
                }

                var queue = await invocation.OpenAsync();
                if (invocation.Json)
                {
                    await invocation.Output.WriteJsonAsync(async json =>
                    {
                        json.WriteStartArray("approvals");
                        await foreach (var request in queue.Approvals.ReadAsync(query, invocation.Token))
                        {
                            json.WriteStartObject();
                            ApprovalJson.Write(json, await ApprovalView.ReadAsync(queue, request, invocation.Get(showEnvironment), invocation.Token));
                            json.WriteEndObject();
                        }

                        json.WriteEndArray();
                    });
                    return ExitCode.Done;
                }

                var now = invocation.Time.GetUtcNow();
                var table = new TextTable("REQUEST", "TASK", "GROUP", "STATUS", "ASKED", "EXPIRES", "BY", "APPROVERS", "DECIDED", "NOTE", "WHAT");
                await foreach (var request in queue.Approvals.ReadAsync(query, invocation.Token))
                {
                    var view = await ApprovalView.ReadAsync(queue, request, showPayload: false, invocation.Token);
                    table.Add(
                        ($"{request.Id}", Style.Plain),
                        ($"{request.TaskId}", Style.Plain),
                        (request.Group, Style.Plain),
                        ($"{request.Status}".ToLowerInvariant() + (request.Outdated ? ", outdated" : ""), Color(request.Status)),
                        (TaskText.Time(request.RequestedAt, now), Style.Plain),
                        (request.Status == ApprovalStatus.Pending ? TaskText.Time(request.ExpiresAt, now) : "", Style.Plain),
                        (request.DecidedBy ?? "", Style.Plain),
                        (Approvers(request.Approvers), Style.Plain),
                        (TaskText.Time(request.DecidedAt, now), Style.Plain),
                        (request.Note ?? "", Style.Plain),
                        (view.What, Style.Plain));
                }

                invocation.Output.Write(table);
                return ExitCode.Done;
            });
    }

    /// <summary>The names of those who may decide; empty if anyone may.</summary>
    public static string Approvers(IReadOnlyList<string>? approvers) => approvers switch
    {
        null => "",
        [] => "no one",
        _ => string.Join(", ", approvers),
    };

    private static Command Export()
    {
        var filter = new Filter();
        var showEnvironment = ShowEnvironment();
        return new Command("export", "Write the audit trail as JSON lines, oldest first; --after continues where an export ended.")
            .With([.. filter.Options, showEnvironment])
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                await foreach (var request in queue.Approvals.ReadAsync(filter.Read(invocation), invocation.Token))
                {
                    var view = await ApprovalView.ReadAsync(queue, request, invocation.Get(showEnvironment), invocation.Token);
                    invocation.Output.WriteJson(json => ApprovalJson.Write(json, view));
                }

                return ExitCode.Done;
            });
    }

    private static Option<bool> ShowEnvironment() =>
        Values.Flag("--show-env", "With --json: show the payloads of commands as they were decided on, including secrets in their environments.");

    private static Style Color(ApprovalStatus status) => status switch
    {
        ApprovalStatus.Pending => Style.Yellow,
        ApprovalStatus.Approved => Style.Green,
        ApprovalStatus.Withdrawn => Style.Plain,
        _ => Style.Red,
    };

    private sealed class Filter
    {
        private readonly Option<TaskId?> task = new("--task")
        {
            Description = "Only requests of this task.",
            HelpName = "ID",
            CustomParser = result => Values.Read<TaskId?>(result, text => Values.ReadId(text)),
        };

        private readonly Option<string?> group = Values.Group("Only requests of tasks in this group.");
        private readonly Option<ApprovalStatus?> status = Values.Choice<ApprovalStatus>("--status", "Only requests with this status.");
        private readonly Option<DateTimeOffset?> from = Values.Time("--from", "Only requests made at this time or later.");
        private readonly Option<DateTimeOffset?> until = Values.Time("--until", "Only requests made before this time.");
        private readonly Option<long> after = new("--after") { Description = "Only requests after this one.", HelpName = "REQUEST" };

        public IReadOnlyList<Symbol> Options => [task, group, status, from, until, after];

        public ApprovalQuery Read(DqInvocation invocation) => new()
        {
            Task = invocation.Get(task),
            Group = invocation.Get(group),
            Status = invocation.Get(status),
            From = invocation.Get(from),
            Until = invocation.Get(until),
            After = new ApprovalId(invocation.Get(after)),
        };
    }
}
