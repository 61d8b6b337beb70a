using DurableQueue.Dashboard.Inputs;
using DurableQueue.Dashboard.Views;
using Microsoft.AspNetCore.Http;
using static DurableQueue.Dashboard.DashboardPermission;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Adds tasks, and acts on single ones.</summary>
internal static class WriteEndpoints
{
    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Post("tasks", Create, CreateAsync),
        ApiEndpoint.Post("route", Create, RouteAsync),
        Action("cancel", Control, CancelAsync),
        Action("retry", Control, RetryAsync),
        Action("stash", Control, (call, id) => ActAsync(call, () => call.Control.StashAsync(id, call.Aborted))),
        Action("unstash", Control, (call, id) => ActAsync(call, () => call.Control.UnstashAsync(id, call.Aborted))),
        Action("runNow", Control, RunNowAsync),
        Action("approve", Approve, ApproveAsync),
        Action("reject", Approve, RejectAsync),
        Action("edit", Edit, EditAsync),
        ApiEndpoint.Post("tasks/{id}/remove", Remove, RemoveAsync),
    ];

    /// <summary>An action that is answered with the task as it is after it.</summary>
    private static ApiEndpoint Action(string name, DashboardPermission permission, Func<ApiCall, TaskId, Task> act) =>
        ApiEndpoint.Post($"tasks/{{id}}/{name}", permission, async call =>
        {
            await act(call, call.TaskId).ConfigureAwait(false);
            call.MarkChanged(call.TaskId);
            await TaskEndpoints.TaskAsync(call).ConfigureAwait(false);
        });

    private static async Task CreateAsync(ApiCall call)
    {
        var input = await call.ReadAsync(InputJson.Default.TaskInput).ConfigureAwait(false);
        RequireCommands(call, input);
        var result = await call.Queue.EnqueueOrGetAsync(input.ToTask(call.Options.Host), call.Aborted).ConfigureAwait(false);
        call.MarkChanged(result.Id);
        await call.AnswerAsync(new CreatedView(result.Id.Value, result.Created), ViewJson.Default.CreatedView).ConfigureAwait(false);
    }

    private static async Task RouteAsync(ApiCall call)
    {
        var input = await call.ReadAsync(InputJson.Default.RouteInput).ConfigureAwait(false);
        var task = NewTask.Auto(PayloadBytes.Read(input.Payload, input.PayloadText) ?? default) with
        {
            Group = input.Group is { Length: > 0 } group ? group : NewTask.DefaultGroup,
            Label = input.Label is { Length: > 0 } label ? label : null,
            Metadata = input.Metadata,
        };
        try
        {
            var route = await call.Source.Routes.ChooseAsync(task, call.Aborted).ConfigureAwait(false)
                ?? throw new ApiProblemException(StatusCodes.Status404NotFound, "This application has no router. Tasks of the type auto wait for a worker that has one.");
            await call.AnswerAsync(new RoutePreviewView(route.Decision.Type, route.Decision.Reason, route.IsFallback), ViewJson.Default.RoutePreviewView).ConfigureAwait(false);
        }
        catch (DurableQueueException e)
        {
            throw new ApiProblemException(StatusCodes.Status409Conflict, e.Message) { Field = "payload" };
        }
    }

    /// <summary>Whoever can write a command can run any program on the machines of the workers.</summary>
    public static void RequireCommands(ApiCall call, TaskInput input)
    {
        if (input.IsCommand && !call.Options.AllowCommands)
        {
            throw NoCommands();
        }
    }

    private static ApiProblemException NoCommands() =>
        new(StatusCodes.Status403Forbidden, "The dashboard does not write commands: the application has not set DashboardOptions.AllowCommands.") { Field = "command" };

    private static async Task ActAsync(ApiCall call, Func<ValueTask> act)
    {
        await call.ReadAsync(InputJson.Default.EmptyInput).ConfigureAwait(false);
        await act().ConfigureAwait(false);
    }

    private static async Task CancelAsync(ApiCall call, TaskId id)
    {
        var input = await call.ReadAsync(InputJson.Default.CancelInput).ConfigureAwait(false);
        var result = input.Tree
            ? await call.Control.CancelTreeAsync(id, input.Reason, call.Aborted).ConfigureAwait(false)
            : await call.Control.CancelAsync(id, input.Reason, call.Aborted).ConfigureAwait(false);
        if (result == CancelResult.AlreadyFinished && !input.Tree)
        {
            var task = await call.Queue.Inspector.GetAsync(id, call.Aborted).ConfigureAwait(false);
            throw new ApiProblemException(StatusCodes.Status409Conflict, $"Task {id} has already finished: it is {(task is null ? "removed" : Text.Name(task.State))}.")
            {
                State = task is null ? null : Text.Name(task.State),
            };
        }
    }

    private static async Task RetryAsync(ApiCall call, TaskId id)
    {
        var input = await call.ReadAsync(InputJson.Default.RetryInput).ConfigureAwait(false);
        if (input.Stashed)
        {
            await call.Control.RetryStashedAsync(id, input.WithDependents, call.Aborted).ConfigureAwait(false);
        }
        else
        {
            await call.Control.RetryAsync(id, input.WithDependents, call.Aborted).ConfigureAwait(false);
        }
    }

    private static async Task RunNowAsync(ApiCall call, TaskId id)
    {
        var input = await call.ReadAsync(InputJson.Default.RunNowInput).ConfigureAwait(false);
        if (input.OverBudget)
        {
            await call.RequireAsync(DashboardPermission.Budgets).ConfigureAwait(false);
            await call.Control.RunNowOverBudgetAsync(id, call.Aborted).ConfigureAwait(false);
        }
        else
        {
            await call.Control.RunNowAsync(id, call.Aborted).ConfigureAwait(false);
        }
    }

    private static async Task ApproveAsync(ApiCall call, TaskId id)
    {
        var input = await call.ReadAsync(InputJson.Default.DecisionInput).ConfigureAwait(false);
        await call.Control.ApproveAsync(id, call.Viewer.Name!, input.Note, call.Aborted).ConfigureAwait(false);
    }

    private static async Task RejectAsync(ApiCall call, TaskId id)
    {
        var input = await call.ReadAsync(InputJson.Default.DecisionInput).ConfigureAwait(false);
        await call.Control.RejectAsync(id, call.Viewer.Name!, ApprovalEndpoints.ReasonOf(input), call.Aborted).ConfigureAwait(false);
    }

    private static async Task EditAsync(ApiCall call, TaskId id)
    {
        var input = await call.ReadAsync(InputJson.Default.EditInput).ConfigureAwait(false);
        var edit = input.ToEdit();
        if (input.HasPayload || input.Command is not null)
        {
            edit = edit with { Payload = await PayloadAsync(call, id, input).ConfigureAwait(false) };
        }

        await call.Control.EditAsync(id, edit, call.Aborted).ConfigureAwait(false);
    }

    private static async ValueTask<ReadOnlyMemory<byte>> PayloadAsync(ApiCall call, TaskId id, EditInput input)
    {
        await call.RequireAsync(ViewPayloads).ConfigureAwait(false);
        var task = await call.Queue.Inspector.GetAsync(id, call.Aborted).ConfigureAwait(false) ?? throw new TaskNotFoundException(id);
        var stored = await call.Queue.Inspector.GetPayloadAsync(id, call.Aborted).ConfigureAwait(false);
        if (task.Type == Commands.TypeName)
        {
            if (!call.Options.AllowCommands)
            {
                throw NoCommands();
            }

            return input.HasPayload || string.IsNullOrWhiteSpace(input.Command)
                ? throw ApiProblemException.BadInput("payload", "Of a command only the command line can be changed: values of its environment are not shown, and would be lost.")
                : Commands.Replace(stored, input.Command);
        }

        if (input.Command is not null)
        {
            throw ApiProblemException.BadInput("command", $"Task {id} is not a command.");
        }

        if (new Contents(call.Source.Name, call.Options, mayView: true).Download(task.Type, DashboardPayloadKind.Payload, stored) is not { } shown || !stored.Span.SequenceEqual(shown))
        {
            throw new ApiProblemException(StatusCodes.Status403Forbidden, "A part of the payload is hidden, and would be lost.") { Field = "payload" };
        }

        return PayloadBytes.Read(input.Payload, input.PayloadText)!.Value;
    }

    private static async Task RemoveAsync(ApiCall call)
    {
        await call.ReadAsync(InputJson.Default.EmptyInput).ConfigureAwait(false);
        await call.Control.RemoveAsync([call.TaskId], call.Aborted).ConfigureAwait(false);
        call.MarkChanged(call.TaskId);
        await call.AnswerAsync(new RemovedView(true), ViewJson.Default.RemovedView).ConfigureAwait(false);
    }
}
