namespace DurableQueue.Processes;

/// <summary>Validates <see cref="CommandOptions"/>.</summary>
internal static class CommandOptionsRules
{
    /// <summary>Returns a message for each option that is not valid.</summary>
    public static IEnumerable<string> Failures(CommandOptions options)
    {
        if (options.Shell is not { Count: > 0 } shell || shell.Any(string.IsNullOrEmpty))
        {
            yield return "Shell must name a program.";
        }

        if (options.DefaultKillGrace < TimeSpan.Zero || options.DefaultKillGrace > CommandRules.LongestGrace)
        {
            yield return $"DefaultKillGrace must be between zero and {CommandRules.LongestGrace}; it is {options.DefaultKillGrace}.";
        }

        if (!Enum.IsDefined(options.RestartPolicy))
        {
            yield return $"RestartPolicy {options.RestartPolicy} is not a value of CommandRestart.";
        }

        if (options.SecretNames is null)
        {
            yield return "SecretNames must not be null; an empty list means that nothing is secret.";
        }

        if (options.LogDirectory is { } directory && string.IsNullOrWhiteSpace(directory))
        {
            yield return "LogDirectory must not be empty.";
        }

        if (options.MaxWakes < 0)
        {
            yield return $"MaxWakes must be at least 0; it is {options.MaxWakes}.";
        }

        if (options.MaxWakeBytes < 0)
        {
            yield return $"MaxWakeBytes must be at least 0; it is {options.MaxWakeBytes}.";
        }
    }
}
