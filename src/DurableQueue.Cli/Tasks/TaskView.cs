using System.Text.Json;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>One task as it is shown, with what its payload and result contain.</summary>
internal sealed class TaskView(TaskInfo info, TaskContent? content)
{
    private CommandTask? summary;
    private bool hasRead;

    public TaskInfo Info => info;

    public TaskId Id => info.Id;

    public bool IsCommand => info.Type == CommandTask.TypeName;

    /// <summary>Its payload, result and dependencies have been read.</summary>
    public bool IsRead => content is not null;

    /// <summary>Why it does not run.</summary>
    public IReadOnlyList<TaskReason> Reasons { get; set; } = [];

    /// <summary>Its command is suspended.</summary>
    public bool Paused { get; set; }

    public IReadOnlyList<DependencyInfo> After => content?.Dependencies ?? [];

    public ReadOnlyMemory<byte> Payload => content?.Payload ?? default;

    /// <summary>The command without its environment; <see langword="null"/> if the task is not a command.</summary>
    public CommandTask? Command
    {
        get
        {
            if (!hasRead)
            {
                hasRead = true;
                summary = IsCommand && content is not null ? CommandSummary.Read(content.Payload) : null;
            }

            return summary;
        }
    }

    public CommandResult? Result { get; } = info.Type == CommandTask.TypeName && content?.Result is { Length: > 0 } result ? ReadResult(result) : null;

    /// <summary>How long the latest attempt has run, or ran.</summary>
    public TimeSpan? Duration(DateTimeOffset now) => (info.StartedAt, info.FinishedAt, info.State) switch
    {
        ({ } started, { } finished, _) when finished >= started => finished - started,
        ({ } started, null, TaskState.CheckedOut) => now > started ? now - started : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>The full environment of the command; read only when it is asked for.</summary>
    public IReadOnlyDictionary<string, string>? ReadEnvironment() =>
        IsCommand && content is not null ? CommandTask.FromPayload(content.Payload).Environment : null;

    private static CommandResult? ReadResult(ReadOnlyMemory<byte> result)
    {
        try
        {
            return CommandResult.FromBytes(result);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
