using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue.Dashboard.Inputs;

/// <summary>A task to add, as the page describes it.</summary>
internal sealed record TaskInput
{
    public string? Type { get; init; }

    public JsonElement? Payload { get; init; }

    /// <summary>The payload as it was typed.</summary>
    public string? PayloadText { get; init; }

    /// <summary>A command line for the shell, instead of a type and a payload.</summary>
    public string? Command { get; init; }

    /// <summary>Where the command runs.</summary>
    public string? Directory { get; init; }

    public string? Group { get; init; }

    public string? Label { get; init; }

    public int? Priority { get; init; }

    public long? DelayMs { get; init; }

    public string? NotBefore { get; init; }

    public IReadOnlyList<long>? After { get; init; }

    public int? MaxAttempts { get; init; }

    public long? TimeoutMs { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public string? DedupKey { get; init; }

    public bool RequiresApproval { get; init; }

    public CostInput? Estimate { get; init; }

    public bool Stashed { get; init; }

    public bool RunNow { get; init; }

    [JsonIgnore]
    public bool IsCommand => Command is not null || Type == Commands.TypeName;

    /// <param name="host">Adds rules of its own.</param>
    /// <exception cref="InputException">A setting is wrong.</exception>
    public NewTask ToTask(DashboardHost? host)
    {
        var work = Work();
        var task = work with
        {
            Group = Group is { Length: > 0 } group ? group : host?.DefaultGroup ?? NewTask.DefaultGroup,
            Label = Label is { Length: > 0 } ? Label : null,
            Priority = Priority ?? 0,
            Delay = DelayMs is { } delay ? Duration.Read("delayMs", delay) : null,
            NotBefore = NotBefore is { Length: > 0 } time ? Time.Read("notBefore", time) : null,
            After = [.. (After ?? []).Select(id => new TaskDependency(new TaskId(id)))],
            MaxAttempts = MaxAttempts ?? (IsCommand ? 1 : work.MaxAttempts),
            Timeout = TimeoutMs is { } timeout ? Duration.Read("timeoutMs", timeout) : null,
            Metadata = Metadata,
            DedupKey = DedupKey is { Length: > 0 } ? DedupKey : null,
            RequiresApproval = RequiresApproval,
            EstimatedCost = Estimate?.ToCost(),
            Stashed = Stashed,
            RunNow = RunNow,
        };
        return host?.Complete(task) ?? task;
    }

    private NewTask Work()
    {
        if (Command is not null)
        {
            if (Payload is not null || PayloadText is not null || (Type is not null && Type != Commands.TypeName))
            {
                throw new InputException("command", "A command has no type and no payload of its own: send either command, or type and payload.");
            }

            return string.IsNullOrWhiteSpace(Command)
                ? throw new InputException("command", "The command is empty.")
                : new NewTask(Commands.TypeName, Commands.Write(Command, Directory));
        }

        if (Directory is not null)
        {
            throw new InputException("directory", "Only a command has a directory.");
        }

        return string.IsNullOrEmpty(Type)
            ? throw new InputException("type", "The type is missing.")
            : new NewTask(Type, PayloadBytes.Read(Payload, PayloadText) ?? default);
    }
}
