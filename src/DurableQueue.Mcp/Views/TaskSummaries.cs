using System.Text.Json;
using DurableQueue.Processes;

namespace DurableQueue.Mcp.Views;

/// <summary>Reads tasks as results show them. Nothing of an environment is in them.</summary>
internal static class TaskSummaries
{
    /// <summary>Of a command line or an error in a list; queue_show has more.</summary>
    private const int LongestText = 200;

    public static async ValueTask<IReadOnlyList<TaskSummary>> ReadAsync(ToolHost host, IReadOnlyList<TaskInfo> tasks, CancellationToken cancellationToken)
    {
        var reasons = await TaskReasons.ReadAsync(host, tasks, cancellationToken).ConfigureAwait(false);
        var contents = await host.Queue.Inspector.GetContentsAsync([.. tasks.Select(task => task.Id)], cancellationToken).ConfigureAwait(false);
        var summaries = new List<TaskSummary>(tasks.Count);
        foreach (var task in tasks)
        {
            var summary = Of(task, contents.GetValueOrDefault(task.Id), host.Time.GetUtcNow()) with { Reasons = reasons.Of(task) };
            summaries.Add(await IsSuspendedAsync(host, task, cancellationToken).ConfigureAwait(false) ? summary with { Suspended = true } : summary);
        }

        return summaries;
    }

    /// <summary>What a command runs; <see langword="null"/> for tasks of other types.</summary>
    public static CommandTask? ReadCommand(string type, ReadOnlyMemory<byte> payload)
    {
        try
        {
            return type == CommandTask.TypeName ? CommandTask.FromPayload(payload) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string StateOf(TaskInfo task) => task.State switch
    {
        TaskState.CheckedOut => "running",
        TaskState.Queued => "queued",
        TaskState.Done => "done",
        TaskState.Failed => "failed",
        _ => "cancelled",
    };

    public static string? OutcomeOf(TaskInfo task) => task.Outcome == TaskOutcome.None ? null : task.Outcome.ToString().ToLowerInvariant();

    private static TaskSummary Of(TaskInfo task, TaskContent? content, DateTimeOffset now)
    {
        var result = ReadResult(task.Type, content?.Result);
        return new TaskSummary
        {
            Id = task.Id.Value,
            Type = task.Type,
            Command = PlainText.Cut(content is null ? null : ReadCommand(task.Type, content.Payload)?.ToString(), LongestText),
            Group = task.Group,
            Label = task.Label,
            State = StateOf(task),
            Outcome = OutcomeOf(task),
            ExitCode = result?.ExitCode,
            Signal = result?.SignalName,
            Attempt = task.Attempt == 0 ? null : task.Attempt,
            Progress = task.Progress,
            Error = PlainText.Cut(task.LastError, LongestText),
            EnqueuedAt = Times.Text(task.EnqueuedAt),
            StartedAt = Times.Text(task.StartedAt),
            FinishedAt = Times.Text(task.FinishedAt),
            DurationSeconds = DurationOf(task, now),
        };
    }

    private static double? DurationOf(TaskInfo task, DateTimeOffset now) => (task.StartedAt, task.FinishedAt, task.State) switch
    {
        ({ } started, { } finished, _) when finished >= started => Times.Seconds(finished - started),
        ({ } started, null, TaskState.CheckedOut) when now >= started => Times.Seconds(now - started),
        _ => null,
    };

    private static CommandResult? ReadResult(string type, ReadOnlyMemory<byte>? result)
    {
        try
        {
            return type == CommandTask.TypeName && result is { Length: > 0 } bytes ? CommandResult.FromBytes(bytes) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async ValueTask<bool> IsSuspendedAsync(ToolHost host, TaskInfo task, CancellationToken cancellationToken)
    {
        try
        {
            return host.Commands is { } commands && task is { Type: CommandTask.TypeName, State: TaskState.CheckedOut }
                && await commands.FindAsync(task.Id, cancellationToken).ConfigureAwait(false) is { Paused: true };
        }
        catch (TaskNotFoundException)
        {
            // Removed since it was read.
            return false;
        }
    }
}
