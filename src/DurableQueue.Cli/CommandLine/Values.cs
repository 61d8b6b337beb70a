using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Creates options and arguments of a type: durations, times, tasks, dependencies, variables.</summary>
internal static partial class Values
{
    public static Option<TimeSpan?> Duration(string name, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => Read<TimeSpan?>(result, text => TimeText.ParseDuration(text)),
    };

    /// <summary>A duration, or <c>none</c> against a setting: <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public static Option<TimeSpan?> DurationOrNone(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME|none",
        CustomParser = result => Read<TimeSpan?>(result, text => text == "none" ? Timeout.InfiniteTimeSpan : TimeText.ParseDuration(text)),
    };

    /// <summary>An age of what is deleted: a number needs its unit, so that 30 days are not taken for 30 seconds.</summary>
    public static Option<TimeSpan?> Age(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "AGE",
        CustomParser = result => Read<TimeSpan?>(result, text => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out _)
            ? throw new FormatException($"{name} {text} has no unit. Write {name} {text}d for days; {text}w, {text}h, {text}m and {text}s are weeks, hours, minutes and seconds.")
            : TimeText.ParseDuration(text)),
    };

    public static Option<DateTimeOffset?> Time(string name, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = "WHEN",
        CustomParser = result => Read<DateTimeOffset?>(result, text => TimeText.ParseTime(text, TimeProvider.System)),
    };

    public static Option<string?> Text(string name, string description, string helpName, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName };

    public static Option<int?> Number(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = "N" };

    public static Option<long?> Bytes(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "BYTES",
        CustomParser = result => Read<long?>(result, text => ReadBytes(text)),
    };

    public static Option<bool> Flag(string name, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,

        // Otherwise the command "true" after a flag would be taken for its value.
        Arity = ArgumentArity.Zero,
    };

    /// <summary>One of these words.</summary>
    public static Option<string> Choice(string name, string? byDefault, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', values) };
        if (byDefault is not null)
        {
            option.DefaultValueFactory = _ => byDefault;
        }

        option.AcceptOnlyFromAmong(values);
        return option;
    }

    /// <summary>The name of an enum value, written as <c>fire-once</c>; <see langword="null"/> if it is not given.</summary>
    public static Option<T?> Choice<T>(string name, string description)
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>().ToDictionary(value => Kebab($"{value}"), StringComparer.Ordinal);
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', values.Keys),
            CustomParser = result => Read<T?>(result, text => values.TryGetValue(text, out var value)
                ? value
                : throw new FormatException($"'{text}' is not one of {string.Join(", ", values.Keys)}.")),
        };
        option.CompletionSources.Add([.. values.Keys]);
        return option;
    }

    /// <summary>An option whose value has a format of its own.</summary>
    /// <param name="name">The name with its dashes.</param>
    /// <param name="description">The help text.</param>
    /// <param name="helpName">The format.</param>
    /// <param name="read">Reads the value; throws <see cref="FormatException"/> if it is not valid.</param>
    public static Option<T?> Form<T>(string name, string description, string helpName, Func<string, T> read)
        where T : class => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => Read<T?>(result, read),
    };

    /// <summary>A metadata key, with or without a value.</summary>
    public static Option<string?> Metadata(string description) => Text("--meta", description, "KEY[=VALUE]");

    /// <summary>A pattern of the text of commands.</summary>
    public static Option<string?> CommandPattern(string description) => Text("--command", description, "PATTERN");

    /// <summary>Reads <c>tenant</c> and <c>tenant=acme</c>.</summary>
    public static (string Key, string? Value) ReadMetadata(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var split and >= 0 ? (text[..split], text[(split + 1)..]) : (text, null);

    /// <summary>Metadata entries with their values.</summary>
    public static Option<string[]> MetadataEntries(string description) => Texts("--meta", description, "KEY=VALUE");

    /// <summary>Reads what was given to <see cref="MetadataEntries"/>.</summary>
    /// <exception cref="FormatException">An entry has no value, or a key is given twice.</exception>
    public static Dictionary<string, string>? ReadMetadataEntries(string[]? texts)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts ?? [])
        {
            var (key, value) = ReadMetadata(text);
            if (!entries.TryAdd(key, value ?? throw new FormatException($"--meta {key} has no value; write --meta {key}=VALUE.")))
            {
                throw new FormatException($"--meta {key} is given twice.");
            }
        }

        return entries.Count == 0 ? null : entries;
    }

    public static Option<string[]> Texts(string name, string description, string helpName, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    public static Option<string[]> Groups(string description)
    {
        var option = Texts("--group", description, "NAME", "-g");
        option.CompletionSources.Add(QueueCompletions.Groups);
        return option;
    }

    public static Option<string?> Group(string description)
    {
        var option = Text("--group", description, "NAME", "-g");
        option.CompletionSources.Add(QueueCompletions.Groups);
        return option;
    }

    public static Argument<TaskId[]> Ids(string description, bool required = false)
    {
        var argument = new Argument<TaskId[]>("ids")
        {
            Description = description,
            Arity = required ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore,
            CustomParser = result => [.. result.Tokens.SelectMany(token => ReadIds(result, token.Value)).Distinct()],
        };
        argument.CompletionSources.Add(QueueCompletions.Tasks);
        return argument;
    }

    public static Argument<TaskId> Id(string name, string description)
    {
        var argument = new Argument<TaskId>(name) { Description = description, CustomParser = result => Read(result, ReadId) };
        argument.CompletionSources.Add(QueueCompletions.Tasks);
        return argument;
    }

    public static Option<TaskDependency[]> After()
    {
        var option = new Option<TaskDependency[]>("--after", "-a")
        {
            Description = "Wait for these tasks to succeed; use ID:failed or ID:finished for another outcome. Repeatable, or separated by commas.",
            HelpName = "ID[:END]",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => [.. result.Tokens.SelectMany(token => ReadDependencies(result, token.Value))],
        };
        option.CompletionSources.Add(QueueCompletions.Tasks);
        return option;
    }

    /// <summary>Reads <c>3</c> and <c>3:failed</c>.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static TaskDependency ReadDependency(string text)
    {
        var parts = text.Split(':');
        var when = parts.Length == 1 ? DependencyCondition.Succeeded : parts[1].ToUpperInvariant() switch
        {
            "SUCCEEDED" => DependencyCondition.Succeeded,
            "FAILED" => DependencyCondition.Failed,
            "FINISHED" => DependencyCondition.Finished,
            _ => throw new FormatException($"'{parts[1]}' is not a condition; write succeeded, failed or finished."),
        };
        return parts.Length <= 2 ? new TaskDependency(ReadId(parts[0]), when) : throw new FormatException($"'{text}' is not a dependency; write 3 or 3:failed.");
    }

    /// <exception cref="FormatException">The text is not an id.</exception>
    public static TaskId ReadId(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? new TaskId(id) : throw new FormatException($"'{text}' is not a task id.");

    private static string Kebab(string name) =>
        string.Concat(name.Select((letter, index) => char.IsUpper(letter) ? $"{(index > 0 ? "-" : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));

    public static long ReadBytes(string text)
    {
        var digits = text.TrimEnd('b', 'B', 'i').TrimEnd('k', 'K', 'm', 'M', 'g', 'G');
        var unit = text[digits.Length..].ToUpperInvariant();
        long? factor = unit switch
        {
            "" or "B" => 1,
            "K" or "KB" or "KIB" => 1024,
            "M" or "MB" or "MIB" => 1024 * 1024,
            "G" or "GB" or "GIB" => 1024 * 1024 * 1024,
            _ => null,
        };
        return factor is { } bytes && decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * bytes < long.MaxValue
            ? (long)(number * bytes)
            : throw new FormatException($"'{text}' is not a valid size; write 500, 64K, 10M or 2G.");
    }

    private static List<TaskId> ReadIds(ArgumentResult result, string text) => ReadEach(result, text, ReadId);

    private static List<TaskDependency> ReadDependencies(ArgumentResult result, string text) => ReadEach(result, text, ReadDependency);

    public static List<T> ReadEach<T>(ArgumentResult result, string text, Func<string, T> read)
    {
        var values = new List<T>();
        foreach (var part in Separators().Split(text.Trim()))
        {
            try
            {
                values.Add(read(part));
            }
            catch (FormatException e)
            {
                result.AddError(e.Message);
                return [];
            }
        }

        return values;
    }

    public static T? Read<T>(ArgumentResult result, Func<string, T> read)
    {
        try
        {
            return read(result.Tokens.Count > 0 ? result.Tokens[0].Value : "");
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
            return default;
        }
    }

    /// <summary>Between the values of one argument: <c>1,2</c>, <c>"1 2"</c>.</summary>
    [GeneratedRegex(@"\s*,\s*|\s+")]
    private static partial Regex Separators();
}
