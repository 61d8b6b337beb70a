using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using DurableQueue.Mcp.Calls;
using DurableQueue.Processes;

namespace DurableQueue.Mcp.Tools;

/// <summary>A task to add, as a call describes it.</summary>
internal sealed record NewTaskInput
{
    private const int LongestSeconds = 365 * 24 * 60 * 60;

    [Description("A command line for the shell.")]
    public string? Command { get; init; }

    [Description("A program and its arguments, run without a shell.")]
    [ItemCount(1, 10_000)]
    public IReadOnlyList<string>? Arguments { get; init; }

    [Description("The type of a task that a handler of an application takes.")]
    public string? Type { get; init; }

    [Description("The payload of such a task: any JSON.")]
    public JsonElement? Payload { get; init; }

    [Description("Where a command runs. Default: the directory of this server.")]
    public string? WorkingDirectory { get; init; }

    [Description("Variables that a command gets in addition to the environment of this server. They are never shown again.")]
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    [Description("The group to run in; created if it does not exist. Default: default.")]
    public string? Group { get; init; }

    [Description("Any text; for people, and for queries and waits. Give related tasks a common prefix.")]
    public string? Label { get; init; }

    [Description("Higher runs first. Default 0.")]
    [Range(int.MinValue, int.MaxValue)]
    public int? Priority { get; init; }

    [Description("Ids of tasks that must end first.")]
    [ItemCount(0, 1_000)]
    public IReadOnlyList<long>? After { get; init; }

    [Description("How those must end; otherwise this task fails without having run. Default succeeded.")]
    [AllowedValues("succeeded", "failed", "finished")]
    public string? AfterCondition { get; init; }

    [Description("Does not start before this many seconds have passed.")]
    [Range(0, LongestSeconds)]
    public int? DelaySeconds { get; init; }

    [Description("Does not start before this time: ISO 8601 with a zone, such as 2030-01-31T09:00:00Z.")]
    public string? NotBefore { get; init; }

    [Description("Stops an attempt that runs longer.")]
    [Range(1, LongestSeconds)]
    public int? TimeoutSeconds { get; init; }

    [Description("Further attempts after a failure. Default 0 for commands, 2 for other types.")]
    [Range(0, 1_000)]
    public int? Retries { get; init; }

    [Description("While an unfinished task has this key, nothing is added, and its id is given.")]
    public string? Key { get; init; }

    [Description("Puts it aside until queue_resume. Default false.")]
    public bool? Stashed { get; init; }

    [Description("It does not run until somebody approves it. Default false.")]
    public bool? RequiresApproval { get; init; }

    [Description("Output of a command that raises a notification of the topic output while it runs.")]
    [ItemCount(0, 100)]
    public IReadOnlyList<WatchInput>? Watch { get; init; }

    [Description("Keeps standard error apart from the output. Default false.")]
    public bool? SeparateErrors { get; init; }

    [Description("Text that travels with the task.")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <exception cref="ToolException">It says not exactly one thing to do, or something that is not allowed; the message names the parameter, or at least the task.</exception>
    public NewTask Read(ToolHost host, string path)
    {
        try
        {
            return ReadTask(host, path);
        }
        catch (Exception e) when (e is not ToolException && (host.MessageOf(e) ?? ToolErrors.MessageOf(e)) is { } message)
        {
            throw new ToolException($"{path}: {message}");
        }
    }

    private NewTask ReadTask(ToolHost host, string path)
    {
        var work = ReadWork(host, path);
        return host.Complete(work with
        {
            Group = Group ?? host.DefaultGroup,
            Label = Label,
            Priority = Priority ?? 0,
            After = [.. (After ?? []).Select(id => new TaskDependency(new TaskId(id), Condition()))],
            Delay = DelaySeconds is { } delay ? TimeSpan.FromSeconds(delay) : null,
            NotBefore = NotBefore is { } text ? ReadTime(text, path) : null,
            Timeout = TimeoutSeconds is { } timeout ? TimeSpan.FromSeconds(timeout) : null,
            MaxAttempts = Retries is { } retries ? 1 + retries : work.Type == CommandTask.TypeName ? 1 : work.MaxAttempts,
            DedupKey = Key,
            Stashed = Stashed ?? false,
            RequiresApproval = RequiresApproval ?? false,
            Metadata = Metadata,
        });
    }

    private DependencyCondition Condition() => AfterCondition is { } word ? Enum.Parse<DependencyCondition>(word, ignoreCase: true) : DependencyCondition.Succeeded;

    private static DateTimeOffset ReadTime(string text, string path) =>
        IsoTime.Read(text, TimeZoneInfo.Utc, out var time, out _) is null
            ? time
            : throw new ToolException($"'{path}.not_before' must be a time in ISO 8601, such as 2030-01-31T09:00:00Z.");

    private NewTask ReadWork(ToolHost host, string path)
    {
        if ((Command is null ? 0 : 1) + (Arguments is null ? 0 : 1) + (Type is null ? 0 : 1) != 1)
        {
            throw new ToolException($"'{path}' must have exactly one of 'command', 'arguments' and 'type'.");
        }

        if (Type is not null)
        {
            return ReadTyped(path);
        }

        if (!host.Options.AllowCommands)
        {
            throw new ToolException($"'{path}': this application does not let agents run commands. Add a task with the 'type' of one of its handlers.");
        }

        if (Payload is not null)
        {
            throw new ToolException($"'{path}.payload' is for tasks with a 'type'; a command gets its input by its arguments or files.");
        }

        if (Command is not null && string.IsNullOrWhiteSpace(Command))
        {
            throw new ToolException($"'{path}.command' must not be empty.");
        }

        var command = new CommandTask
        {
            CommandLine = Command,
            Arguments = Arguments,
            WorkingDirectory = WorkingDirectory,
            SeparateErrors = SeparateErrors ?? false,
            Watch = Watch is { Count: > 0 } ? [.. Watch.Select(pattern => pattern.Read())] : null,
        };
        return host.Complete(command, Environment).ToTask();
    }

    private NewTask ReadTyped(string path)
    {
        if (Type == CommandTask.TypeName)
        {
            throw new ToolException($"'{path}.type' cannot be '{CommandTask.TypeName}'; use 'command' or 'arguments'.");
        }

        var onlyForCommands = (WorkingDirectory, Environment, Watch, SeparateErrors) switch
        {
            ({ }, _, _, _) => "working_directory",
            (_, { }, _, _) => "environment",
            (_, _, { }, _) => "watch",
            (_, _, _, { }) => "separate_errors",
            _ => null,
        };
        return onlyForCommands is null
            ? new NewTask(Type!, Payload is { } json ? Encoding.UTF8.GetBytes(json.GetRawText()) : default)
            : throw new ToolException($"'{path}.{onlyForCommands}' is for commands only.");
    }
}
