using System.Text.RegularExpressions;
using Tomlyn;
using Tomlyn.Model;

namespace DurableQueue.Cli.CommandLine;

/// <summary>The caller's own settings: <c>$XDG_CONFIG_HOME/dq/config.toml</c>, by default in <c>~/.config</c>.</summary>
internal sealed class Settings
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    private readonly string path;

    private Settings(string path) => this.path = path;

    /// <summary>The limit of new groups without a setting: one task for each processor.</summary>
    public static int Processors => Environment.ProcessorCount;

    /// <summary>Where the settings are; <see langword="null"/> if there is no home directory.</summary>
    public static string? FilePath =>
        UserPath.Folder("XDG_CONFIG_HOME", Environment.SpecialFolder.ApplicationData) is { } folder ? Path.Combine(folder, "dq", "config.toml") : null;

    /// <summary><c>safe_queues</c>: the directories whose queues the caller trusts, as absolute paths.</summary>
    public IReadOnlyList<string> SafeQueues { get; private set; } = [];

    /// <summary><c>auto_background</c>: <c>dq run</c> does not wait for commands that cannot end by themselves.</summary>
    public bool AutoBackground { get; private set; } = true;

    /// <summary><c>monitor_patterns</c>: command lines that cannot end by themselves, beside those that dq knows.</summary>
    public IReadOnlyList<Regex> MonitorPatterns { get; private set; } = [];

    /// <summary><c>default_parallel</c>: the limit of groups that dq creates without being told one; 0 means no limit.</summary>
    public int DefaultParallel { get; private set; } = Processors;

    /// <summary>Reads the file; without one, every setting has its default.</summary>
    /// <exception cref="CliException">The file belongs to another user, or is not valid.</exception>
    public static Settings Read()
    {
        var settings = new Settings(FilePath ?? "");
        if (!File.Exists(settings.path))
        {
            return settings;
        }

        if (FileOwner.Other(settings.path) is not null)
        {
            throw CliException.BadInput($"The settings {settings.path} belong to another user and are not read.");
        }

        try
        {
            foreach (var (key, value) in TomlSerializer.Deserialize<TomlTable>(File.ReadAllText(settings.path)) ?? [])
            {
                settings.Set(key, value);
            }
        }
        catch (TomlException e)
        {
            throw CliException.BadInput($"{settings.path}: {e.Message}");
        }

        return settings;
    }

    private void Set(string key, object value)
    {
        switch (key)
        {
            case "safe_queues":
                SafeQueues = [.. Texts(key, value, "directories", "\"/srv/project/.dq\"").Select(item => UserPath.Resolve(item, $"{path}: {key}"))];
                break;
            case "auto_background":
                AutoBackground = value is bool isOn ? isOn : throw CliException.BadInput($"{path}: '{key}' must be true or false.");
                break;
            case "default_parallel":
                DefaultParallel = value is >= 0L and <= int.MaxValue
                    ? (int)(long)value
                    : throw CliException.BadInput($"{path}: '{key}' must be a whole number: how many tasks of a new group run at once, or 0 for no limit.");
                break;
            case "monitor_patterns":
                MonitorPatterns = [.. Texts(key, value, "regular expressions", "\"^npm run dev\"").Select(item => Pattern(key, item))];
                break;
            default:
                throw CliException.BadInput($"{path}: '{key}' is not a setting. The settings are 'auto_background', 'default_parallel', 'monitor_patterns' and 'safe_queues'.");
        }
    }

    private IEnumerable<string> Texts(string key, object value, string what, string example) => value is TomlArray list && list.All(item => item is string)
        ? list.Cast<string>()
        : throw CliException.BadInput($"{path}: '{key}' must be a list of {what}: {key} = [{example}].");

    private Regex Pattern(string key, string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, MatchLimit);
        }
        catch (ArgumentException e)
        {
            throw CliException.BadInput($"{path}: '{key}': {e.Message}");
        }
    }
}
