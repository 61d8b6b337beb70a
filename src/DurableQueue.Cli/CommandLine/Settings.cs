using Tomlyn;
using Tomlyn.Model;

namespace DurableQueue.Cli.CommandLine;

/// <summary>The caller's own settings: <c>$XDG_CONFIG_HOME/dq/config.toml</c>, by default in <c>~/.config</c>.</summary>
internal static class Settings
{
    private const string SafeQueuesKey = "safe_queues";

    /// <summary>Where the settings are; <see langword="null"/> if there is no home directory.</summary>
    public static string? FilePath =>
        UserPath.Folder("XDG_CONFIG_HOME", Environment.SpecialFolder.ApplicationData) is { } folder ? Path.Combine(folder, "dq", "config.toml") : null;

    /// <summary>The directories whose queues the caller trusts, as absolute paths.</summary>
    /// <exception cref="CliException">The file belongs to another user, or is not valid.</exception>
    public static IReadOnlyList<string> ReadSafeQueues()
    {
        if (FilePath is not { } path || !File.Exists(path))
        {
            return [];
        }

        if (FileOwner.Other(path) is not null)
        {
            throw CliException.BadInput($"The settings {path} belong to another user and are not read.");
        }

        try
        {
            var settings = TomlSerializer.Deserialize<TomlTable>(File.ReadAllText(path)) ?? [];
            if (settings.Keys.FirstOrDefault(key => key != SafeQueuesKey) is { } unknown)
            {
                throw CliException.BadInput($"{path}: '{unknown}' is not a setting; the only setting is '{SafeQueuesKey}'.");
            }

            return !settings.TryGetValue(SafeQueuesKey, out var value) ? []
                : value is TomlArray list && list.All(item => item is string) ? [.. list.Cast<string>().Select(item => UserPath.Resolve(item, $"{path}: {SafeQueuesKey}"))]
                : throw CliException.BadInput($"{path}: '{SafeQueuesKey}' must be a list of directories: {SafeQueuesKey} = [\"/srv/project/.dq\"].");
        }
        catch (TomlException e)
        {
            throw CliException.BadInput($"{path}: {e.Message}");
        }
    }
}
