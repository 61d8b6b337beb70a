using DurableQueue.Mcp.Calls;

namespace DurableQueue.Mcp.Tools;

/// <summary><c>queue_resume</c>: the opposite of <c>queue_pause</c>.</summary>
internal sealed class ResumeTool() : QueueTool<TasksOrGroups, ActionResult>(
    new ToolText(
        "queue_resume",
        "Resume tasks and groups",
        "Continues suspended commands, queues tasks that were put aside (stashed), and lets paused groups start tasks again.",
        ToolEffect.Changes) { Idempotent = true, RunsCommands = true },
    ToolJson.Default.TasksOrGroups,
    ToolJson.Default.ActionResult)
{
    protected override async ValueTask<ActionResult> RunAsync(TasksOrGroups input, ToolCall call, CancellationToken cancellationToken)
    {
        var result = await ActionResult.DoAsync(
            call.Host,
            input.Ids,
            id => ResumeAsync(call, id, cancellationToken),
            input.Groups,
            async group =>
            {
                await call.Groups.ResumeAsync(group, cancellationToken).ConfigureAwait(false);
                return "resumed";
            }).ConfigureAwait(false);
        return await result.WithWorkerAsync(call.Host, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<string> ResumeAsync(ToolCall call, TaskId id, CancellationToken cancellationToken)
    {
        var info = await call.Queue.Inspector.GetAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new TaskNotFoundException(id);
        if (info.Holds.HasFlag(TaskHolds.Stashed))
        {
            await call.Control.UnstashAsync(id, cancellationToken).ConfigureAwait(false);
            return "queued";
        }

        if (info.State == TaskState.CheckedOut
            && call.Host.Commands is { } commands
            && await commands.FindAsync(id, cancellationToken).ConfigureAwait(false) is { Paused: true }
            && await commands.ResumeAsync(id, cancellationToken).ConfigureAwait(false))
        {
            return "continued";
        }

        throw new ToolException($"Task {id} is neither suspended nor put aside; queue_show says why it does not run."
            + (info.IsFinished ? " It has ended: queue_retry runs it again." : ""));
    }
}
