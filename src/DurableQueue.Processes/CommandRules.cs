using System.Text.RegularExpressions;

namespace DurableQueue.Processes;

/// <summary>Validates <see cref="CommandTask"/>.</summary>
internal static class CommandRules
{
    public static readonly TimeSpan LongestGrace = TimeSpan.FromHours(1);

    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public static void Check(CommandTask command)
    {
        if (FindMistake(command) is { } mistake)
        {
            throw new ArgumentException(mistake, nameof(command));
        }
    }

    /// <returns>A message; <see langword="null"/> if the command is valid.</returns>
    public static string? FindMistake(CommandTask command)
    {
        var lines = command.CommandLine is null ? 0 : 1;
        var lists = command.Arguments is null ? 0 : 1;
        return (lines + lists) switch
        {
            0 => "Either CommandLine or Arguments must be set.",
            2 => "CommandLine and Arguments must not both be set.",
            _ => FindMistakeInSettings(command),
        };
    }

    private static string? FindMistakeInSettings(CommandTask command)
    {
        if (command.CommandLine is { } line && string.IsNullOrWhiteSpace(line))
        {
            return "CommandLine must not be empty.";
        }

        if (command.Arguments is { } arguments && (arguments.Count == 0 || string.IsNullOrEmpty(arguments[0])))
        {
            return "Arguments must name a program.";
        }

        if (HasLoneSurrogate(command.CommandLine) || HasLoneSurrogate(command.WorkingDirectory) || (command.Arguments ?? []).Any(HasLoneSurrogate))
        {
            return "The command contains half of a surrogate pair, which cannot be passed to a program.";
        }

        if (HasNul(command.CommandLine) || HasNul(command.WorkingDirectory) || (command.Arguments ?? []).Any(HasNul))
        {
            return "The command contains a NUL character.";
        }

        if (command.WorkingDirectory is { } directory && !Path.IsPathFullyQualified(directory))
        {
            return $"WorkingDirectory must be an absolute path; it is '{directory}'.";
        }

        foreach (var (name, value) in command.Environment ?? new Dictionary<string, string>())
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || HasNul(name) || HasNul(value)
                || HasLoneSurrogate(name) || HasLoneSurrogate(value))
            {
                return $"Environment has a variable that cannot be set: '{name.Replace('\0', '?')}'.";
            }
        }

        return FindOutOfRange(command) ?? (command.Watch ?? []).Select(FindMistake).FirstOrDefault(mistake => mistake is not null);
    }

    private static string? FindOutOfRange(CommandTask command) => command switch
    {
        { KillGrace: { } grace } when grace < TimeSpan.Zero || grace > LongestGrace => $"KillGrace must be between zero and {LongestGrace}; it is {grace}.",
        { Nice: < -20 or > 19 } => $"Nice must be between -20 and 19; it is {command.Nice}.",
        { IoNice: < 0 or > 8 } => $"IoNice must be between 0 and 8; it is {command.IoNice}.",
        { CpuWeight: < 1 or > 10_000 } => $"CpuWeight must be between 1 and 10000; it is {command.CpuWeight}.",
        { IoWeight: < 1 or > 10_000 } => $"IoWeight must be between 1 and 10000; it is {command.IoWeight}.",
        { MemoryMaxBytes: < 1 } => $"MemoryMaxBytes must be at least 1; it is {command.MemoryMaxBytes}.",
        { MaxWakes: < 0 } => $"MaxWakes must be at least 0; it is {command.MaxWakes}.",
        { MaxWakeBytes: < 0 } => $"MaxWakeBytes must be at least 0; it is {command.MaxWakeBytes}.",
        { MaxOutputBytes: < 1 } => $"MaxOutputBytes must be at least 1; it is {command.MaxOutputBytes}.",
        _ => null,
    };

    private static string? FindMistake(OutputPattern watch)
    {
        try
        {
            _ = new Regex(watch.Pattern, watch.RegexOptions, OutputPattern.MatchTimeout);
        }
        catch (ArgumentException e)
        {
            return $"The pattern '{watch.Pattern}' is not a valid regular expression: {e.Message}";
        }

        return watch switch
        {
            { MaxCount: < 1 } => $"MaxCount of the pattern '{watch.Pattern}' must be at least 1; it is {watch.MaxCount}.",
            { MaxBytes: < 1 } => $"MaxBytes of the pattern '{watch.Pattern}' must be at least 1; it is {watch.MaxBytes}.",
            { Settle: { } settle } when settle < TimeSpan.Zero || settle > LongestGrace =>
                $"Settle of the pattern '{watch.Pattern}' must be between zero and {LongestGrace}; it is {settle}.",
            _ => null,
        };
    }

    private static bool HasLoneSurrogate(string? text)
    {
        for (var i = 0; i < (text?.Length ?? 0); i++)
        {
            if (char.IsHighSurrogate(text![i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasNul(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;
}
