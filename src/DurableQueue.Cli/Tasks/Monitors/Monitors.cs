using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks.Monitors;

/// <summary>Commands that cannot end by themselves, so that nothing waits for them forever.</summary>
internal static class Monitors
{
    public static bool Recognize(CommandTask command, Settings settings) => settings.Get(SettingKeys.AutoBackground)
        && (settings.Get(SettingKeys.MonitorPatterns).Any(pattern => pattern.IsMatch(command.ToString()))
            || (command.CommandLine is { } line ? EndlessScript.Is(line) : MonitorPrograms.AreEndless(command.Arguments!)));
}
