namespace DurableQueue.Processes;

/// <summary>The limits of the settings of commands.</summary>
internal static class CommandOptionsRules
{
    /// <summary>Every setting that is out of its limits, in words.</summary>
    public static IEnumerable<string> Failures(CommandOptions options)
    {
        if (options.Shell is not { Count: > 0 } shell || shell.Any(string.IsNullOrEmpty))
        {
            yield return "Shell names no program.";
        }

        if (options.DefaultKillGrace < TimeSpan.Zero || options.DefaultKillGrace > CommandRules.LongestGrace)
        {
            yield return $"DefaultKillGrace must be from zero to {CommandRules.LongestGrace}; it is {options.DefaultKillGrace}.";
        }

        if (!Enum.IsDefined(options.RestartPolicy))
        {
            yield return $"RestartPolicy {options.RestartPolicy} does not exist.";
        }

        if (options.SecretNames is null)
        {
            yield return "SecretNames must not be null; empty means that nothing is secret.";
        }

        if (options.LogDirectory is { } directory && string.IsNullOrWhiteSpace(directory))
        {
            yield return "LogDirectory is empty.";
        }
    }
}
