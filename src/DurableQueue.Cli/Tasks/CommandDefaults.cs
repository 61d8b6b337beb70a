using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Tasks;

/// <summary>What the settings give to commands that say nothing of their own.</summary>
internal static class CommandDefaults
{
    /// <summary>The tasks of a graph file.</summary>
    public static TaskGraph Apply(Settings settings, TaskGraph graph)
    {
        var applied = new TaskGraph();
        foreach (var node in graph.Nodes)
        {
            applied.Add(node with { Task = Apply(settings, node.Task) });
        }

        return applied;
    }

    /// <summary>A task that is not a command stays as it is.</summary>
    public static NewTask Apply(Settings settings, NewTask task) => task.Type != CommandTask.TypeName ? task : task with
    {
        Payload = Apply(settings, CommandTask.FromPayload(task.Payload)).ToPayload(),
        Timeout = task.Timeout ?? settings.Get(SettingKeys.Timeout),
    };

    public static CommandTask Apply(Settings settings, CommandTask command)
    {
        var mode = settings.Get(SettingKeys.ResourceControls);
        var (priorities, weights) = (mode is ResourceModes.Auto or ResourceModes.NiceIoNice, mode is ResourceModes.Auto or ResourceModes.SystemdRun);
        return command with
        {
            KillGrace = command.KillGrace ?? (settings.SourcesOf(SettingKeys.KillGrace).Count > 0 ? settings.Get(SettingKeys.KillGrace) : null),
            Nice = command.Nice ?? (priorities ? settings.Get(SettingKeys.Nice) : null),
            IoNice = command.IoNice ?? (priorities ? settings.Get(SettingKeys.IoNice) : null),
            CpuWeight = command.CpuWeight ?? (weights ? settings.Get(SettingKeys.CpuWeight) : null),
            IoWeight = command.IoWeight ?? (weights ? settings.Get(SettingKeys.IoWeight) : null),
            MaxWakes = command.MaxWakes ?? (command.Watch is null ? null : settings.Get(SettingKeys.WatchMaxWakes)),
            MaxWakeBytes = command.MaxWakeBytes ?? (command.Watch is null ? null : settings.Get(SettingKeys.WatchMaxBytes)),
        };
    }

    /// <summary>Says once that resource controls do not work where the worker runs: it notices that when a command first asks for them.</summary>
    public static void SayWhatIsMissing(DqInvocation invocation)
    {
        foreach (var program in new MissingControls(invocation.Files).Take())
        {
            invocation.Output.Say($"warning: {Describe(program)}");
        }
    }

    /// <summary>What is not applied because a program does not work.</summary>
    public static string Describe(string program) =>
        $"{program} does not work where the worker of this queue runs; {(program == "systemd-run" ? "CPU and I/O weights and memory limits are" : program == "nice" ? "the niceness is" : "the I/O priority is")} not applied.";
}
