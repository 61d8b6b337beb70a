namespace DurableQueue.Dashboard.Views;

/// <summary>Turns tasks into rows.</summary>
internal static class TaskRows
{
    private static readonly TaskHolds[] Holds = [.. Enum.GetValues<TaskHolds>().Where(hold => hold != TaskHolds.None)];

    public static TaskRow Row(TaskInfo task, Reasons reasons, string? command) => new()
    {
        Id = task.Id.Value,
        Type = task.Type,
        Group = task.Group,
        Label = task.Label,
        State = Text.Name(task.State),
        Outcome = task.Outcome == TaskOutcome.None ? null : Text.Name(task.Outcome),
        Priority = task.Priority,
        Attempt = task.Attempt,
        MaxAttempts = task.MaxAttempts,
        EnqueuedAt = Text.Time(task.EnqueuedAt),
        StartedAt = Text.Time(task.StartedAt),
        FinishedAt = Text.Time(task.FinishedAt),
        NotBefore = Text.Time(task.NotBefore),
        Worker = task.Worker,
        Progress = task.Progress,
        ProgressMessage = task.ProgressMessage,
        Holds = [.. Holds.Where(hold => task.Holds.HasFlag(hold)).Select(Text.Name)],
        PendingDependencies = task.PendingDependencies == 0 ? null : task.PendingDependencies,
        Urgent = task.Urgent ? true : null,
        Waiting = task.Waiting ? true : null,
        CancelRequested = task.CancelRequested ? true : null,
        Paused = reasons.IsPaused(task.Group) ? true : null,
        Error = Text.FirstLine(task.LastError, TaskRow.ErrorCharacters),
        Command = command is null ? null : Text.FirstLine(command, TaskRow.CommandCharacters),
        Schedule = task.Schedule,
        Why = reasons.Of(task),
    };

    /// <summary>Reads what the rows need beside the tasks: the commands of those that are.</summary>
    public static async ValueTask<IReadOnlyList<TaskRow>> ReadAsync(
        ITaskInspector inspector, IReadOnlyList<TaskInfo> tasks, Reasons reasons, Contents contents, CancellationToken cancellationToken)
    {
        TaskId[] commands = contents.MayView ? [.. tasks.Where(task => task.Type == PayloadText.Command.Type).Select(task => task.Id)] : [];
        var found = commands.Length == 0 ? null : await inspector.GetContentsAsync(commands, cancellationToken).ConfigureAwait(false);
        return [.. tasks.Select(task => Row(task, reasons, found?.GetValueOrDefault(task.Id) is { } content ? CommandOf(task, content, contents) : null))];
    }

    private static string? CommandOf(TaskInfo task, TaskContent content, Contents contents) =>
        contents.Command(task.Type, content.Payload) is { } command
            ? command.Line ?? (command.Args is { } arguments ? string.Join(' ', arguments) : null)
            : null;
}
