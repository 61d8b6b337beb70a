using DurableQueue.Mcp.Calls;
using DurableQueue.Processes;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_pause</c>: suspends commands, puts queued tasks aside, pauses groups.</summary>
internal sealed class PauseTool() : QueueTool<TasksOrGroups, ActionResult>(
    new ToolText(
        "queue_pause",
        "Pause tasks and groups",
        "Suspends running commands where they are, puts queued tasks aside, and pauses groups: a paused group starts no more tasks, and those that run continue. queue_resume undoes it.",
        ToolEffect.Changes) { Idempotent = true },
    ToolJson.Default.TasksOrGroups,
    ToolJson.Default.ActionResult)
{
    protected override ValueTask<ActionResult> RunAsync(TasksOrGroups input, ToolCall call, CancellationToken cancellationToken) => ActionResult.DoAsync(
        call.Host,
        input.Ids,
        id => PauseAsync(call, id, cancellationToken),
        input.Groups,
        async group =>
        {
            await call.Groups.PauseAsync(group, cancellationToken).ConfigureAwait(false);
            return "paused";
        });

    private static async ValueTask<string> PauseAsync(ToolCall call, TaskId id, CancellationToken cancellationToken)
    {
        var info = await call.Queue.Inspector.GetAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new TaskNotFoundException(id);
        switch (info)
        {
            case { State: TaskState.Queued }:
                await call.Control.StashAsync(id, cancellationToken).ConfigureAwait(false);
                return "put aside";
            case { State: TaskState.CheckedOut, Type: CommandTask.TypeName } when call.Host.Commands is { } commands:
                return await commands.PauseAsync(id, cancellationToken).ConfigureAwait(false)
                    ? "suspended"
                    : throw new ToolException($"Task {id} has no command that runs on this machine.");
            case { State: TaskState.CheckedOut }:
                throw new ToolException($"Task {id} is running, and only commands can be suspended; queue_stop stops it.");
            default:
                throw new ToolException($"Task {id} has ended.");
        }
    }
}
