using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Commands.Approvals;

/// <summary>Asks for an approval from inside a command, and waits for the decision.</summary>
internal static class ApprovalRequestCommand
{
    public static Command Create()
    {
        var what = new Argument<string>("what") { Description = "What needs the approval, in words for whoever decides." };
        var arguments = Values.Text("--arguments", "The exact arguments, such as a command line or JSON; shown to whoever decides.", "TEXT");
        var approvers = Values.Texts("--approver", "Who may decide. Repeatable. Default: anyone.", "NAME");
        var expires = Values.Duration("--expires", "Without a decision within this time the request counts as rejected. Default: never.");
        var key = Values.Text("--key", "Names the request among those of the task. Default: the same text with the same arguments is the same request.", "KEY");
        var keepSlot = Values.Flag("--keep-slot", "Keep the slots of the task, in its group and in its worker, while waiting.");
        var timeout = Values.Duration("--timeout", "Stop waiting after this time, with exit code 6; the request stays.");
        var noWait = Values.Flag("--no-wait", "Write the id of the request and do not wait. The same call without it waits.");
        return new Command("request", "Inside a command: ask for an approval and wait. Exit codes: 0 approved, 5 rejected or expired.")
            .With(what, arguments, approvers, expires, key, keepSlot, timeout, noWait)
            .WithAction(async invocation =>
            {
                if (invocation.Get(noWait) && (invocation.Get(keepSlot) || invocation.Get(timeout) is not null))
                {
                    throw CliException.BadInput("--no-wait does not wait: --keep-slot and --timeout have no meaning with it.");
                }

                var (queue, run) = await invocation.OpenRunAsync();
                var options = new ApprovalOptions
                {
                    Approvers = invocation.Get(approvers) is { Length: > 0 } names ? names : null,
                    ExpiresAfter = invocation.Get(expires),
                    Key = invocation.Get(key),
                };
                var request = await RequestAsync(invocation, queue, run, invocation.Get(what)!, invocation.Get(arguments) ?? "", options);
                if (request.Status == ApprovalStatus.Pending && !invocation.Get(noWait))
                {
                    request = await WaitAsync(invocation, queue, request, invocation.Get(keepSlot), invocation.Get(timeout));
                }

                return await ReportAsync(invocation, queue, request, showsId: invocation.Get(noWait));
            });
    }

    private static async Task<ApprovalInfo> RequestAsync(
        DqInvocation invocation, ITaskQueue queue, CurrentRun run, string what, string arguments, ApprovalOptions options)
    {
        while (true)
        {
            // Another worker may take the command over between the two; once the attempt has ended, there is no lease.
            var lease = await run.GetLeaseAsync(queue, invocation.Token);
            if (await queue.Approvals.RequestAsync(lease, what, arguments, options, invocation.Token) is { } request)
            {
                return request;
            }
        }
    }

    private static async Task<ApprovalInfo> WaitAsync(DqInvocation invocation, ITaskQueue queue, ApprovalInfo request, bool keepsSlot, TimeSpan? timeout)
    {
        invocation.Output.Say($"Request {request.Id} waits for a decision: 'dq approve --request {request.Id}' or 'dq reject --request {request.Id}'.");
        using var limit = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, invocation.Time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(invocation.Token, limit.Token);
        try
        {
            return await RunSlot.DuringAsync(invocation, keepsSlot ? RunWaitKind.DecisionWithSlot : RunWaitKind.Decision, DecidedAsync, ended.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !invocation.Token.IsCancellationRequested)
        {
            throw new TimeoutException($"Request {request.Id} was not decided within {TaskText.Span(timeout)}; it stays pending.");
        }

        Task<ApprovalInfo> DecidedAsync(CancellationToken cancellationToken) => queue.Approvals.WaitAsync(request.Id, cancellationToken).AsTask();
    }

    private static async Task<int> ReportAsync(DqInvocation invocation, ITaskQueue queue, ApprovalInfo request, bool showsId)
    {
        if (invocation.Json)
        {
            var view = await ApprovalView.ReadAsync(queue, request, showPayload: false, invocation.Token);
            invocation.Output.WriteJson(json => ApprovalJson.Write(json, view));
        }
        else if (showsId)
        {
            invocation.Output.Text.WriteLine(request.Id);
        }
        else
        {
            invocation.Output.Text.WriteLine(Describe(request));
        }

        return request.Status switch
        {
            ApprovalStatus.Pending or ApprovalStatus.Approved => ExitCode.Done,
            ApprovalStatus.Withdrawn => throw CliException.WrongState($"Request {request.Id} was withdrawn, because its task has ended."),
            _ => ExitCode.TaskFailed,
        };
    }

    private static string Describe(ApprovalInfo request) => request switch
    {
        { Status: ApprovalStatus.Expired } => "expired without a decision",
        { DecidedBy: { } by, Note: { Length: > 0 } note } => $"{Word(request)} by {by}: {note}",
        { DecidedBy: { } by } => $"{Word(request)} by {by}",
        _ => Word(request),
    };

    private static string Word(ApprovalInfo request) => $"{request.Status}".ToLowerInvariant();
}
