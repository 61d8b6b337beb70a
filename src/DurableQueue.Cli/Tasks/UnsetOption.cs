using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>Resets settings of a template, by the names of their options.</summary>
internal static class UnsetOption
{
    private static readonly Dictionary<string, Func<NewTask, NewTask>> OfTasks = new(StringComparer.Ordinal)
    {
        ["label"] = task => task with { Label = null },
        ["delay"] = task => task with { Delay = null },
        ["stash"] = task => task with { Stashed = false },
        ["immediate"] = task => task with { RunNow = false },
        ["timeout"] = task => task with { Timeout = null },
        ["backoff"] = task => task with { Retry = null },
        ["key"] = task => task with { DedupKey = null },
        ["meta"] = task => task with { Metadata = null },
        ["estimate"] = task => task with { EstimatedCost = null },
        ["approval"] = task => task with { RequiresApproval = false, Approval = null },
    };

    private static readonly Dictionary<string, Func<CommandTask, CommandTask>> OfCommands = new(StringComparer.Ordinal)
    {
        ["no-stdin"] = command => command with { NoInput = false },
        ["kill-grace"] = command => command with { KillGrace = null },
        ["nice"] = command => command with { Nice = null },
        ["ionice"] = command => command with { IoNice = null },
        ["cpu-weight"] = command => command with { CpuWeight = null },
        ["io-weight"] = command => command with { IoWeight = null },
        ["memory-max"] = command => command with { MemoryMaxBytes = null },
        ["max-output"] = command => command with { MaxOutputBytes = null },
        ["separate-stderr"] = command => command with { SeparateErrors = false },
        ["watch"] = command => command with { Watch = null, MaxWakes = null, MaxWakeBytes = null },
        ["settle"] = command => command with { Watch = command.Watch is { } watch ? [.. watch.Select(pattern => pattern with { Settle = null })] : null },
        ["max-wakes"] = command => command with { MaxWakes = null },
        ["max-bytes"] = command => command with { MaxWakeBytes = null },
    };

    public static Option<string[]> Create()
    {
        var option = Values.Texts("--unset", "Reset a setting, by the name of its option: timeout, approval, nice … Repeatable.", "OPTION");
        option.CompletionSources.Add(_ => OfTasks.Keys.Concat(OfCommands.Keys).Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        return option;
    }

    /// <exception cref="CliException">There is no such setting, or it is a setting of commands and the task is not a command.</exception>
    public static NewTask Apply(NewTask task, IEnumerable<string> options) => options.Select(option => option.TrimStart('-')).Aggregate(task, Apply);

    private static NewTask Apply(NewTask task, string name)
    {
        if (OfTasks.TryGetValue(name, out var change))
        {
            return change(task);
        }

        if (!OfCommands.TryGetValue(name, out var changeCommand))
        {
            throw CliException.BadInput($"--unset: '{name}' is not a setting that can be reset. The settings are: {string.Join(", ", OfTasks.Keys.Concat(OfCommands.Keys))}.");
        }

        if (task.Type != CommandTask.TypeName)
        {
            throw CliException.WrongState($"The task is not a command (its type is {task.Type}) and has no {name}.");
        }

        return task with { Payload = changeCommand(CommandTask.FromPayload(task.Payload)).ToPayload() };
    }
}
