using DurableQueue.Processes.Graphs;
using Tomlyn;
using Tomlyn.Model;

namespace DurableQueue.Cli.CommandLine;

/// <summary>The settings in force: those of the environment, of the project and of the caller, in this order.</summary>
/// <remarks>Mistakes are collected, so that a look at a queue does not fail because of a setting that it does not need.</remarks>
internal sealed class Settings
{
    private readonly Dictionary<Setting, List<(SettingSource Source, object? Value)>> given = [];
    private readonly List<Mistake> mistakes = [];

    private Settings(params IEnumerable<SettingsFile?> files)
    {
        Files = [.. files.OfType<SettingsFile>()];
        ReadVariables();
        foreach (var file in Files.Where(file => file.Exists))
        {
            Read(file);
        }
    }

    /// <summary>The files that are looked for, the one that comes first at the beginning.</summary>
    public IReadOnlyList<SettingsFile> Files { get; }

    /// <summary>What is wrong in the files and variables, in full sentences.</summary>
    public IEnumerable<string> Mistakes => mistakes.Select(mistake => mistake.Message);

    /// <summary>Files that are not obeyed, in full sentences.</summary>
    public IEnumerable<string> Ignored => Files.Where(file => file is { Foreign: not null, Source.Origin: SettingOrigin.Project })
        .Select(file => $"{file.Source.Name} is not obeyed: {file.Foreign}.");

    /// <summary>The settings for a queue. Never fails: see <see cref="RequireValid"/>.</summary>
    public static Settings For(string queuePath) => new(SettingsFile.OfProject(queuePath), SettingsFile.OfUser());

    /// <summary>The settings without those of a project.</summary>
    public static Settings OfUser() => new(SettingsFile.OfUser());

    /// <exception cref="CliException">A file or a variable is not valid, or a file belongs to another user; every mistake is named.</exception>
    public void RequireValid() => Refuse(mistakes);

    /// <summary>The value in force.</summary>
    /// <exception cref="CliException">The value is not valid, or a file cannot be read.</exception>
    public T Get<T>(Setting<T> setting)
    {
        Refuse(MistakesOf(setting));
        return given.TryGetValue(setting, out var values)
            ? values.Select(value => (T)value.Value!).Aggregate((first, second) => setting.Combine is { } combine ? combine(first, second) : first)
            : setting.Default;
    }

    /// <summary>Whether there is a value; otherwise <see cref="Get"/> fails.</summary>
    public bool IsValid(Setting setting) => !MistakesOf(setting).Any();

    /// <summary>Where the value comes from, the first source at the beginning; none for the default.</summary>
    public IReadOnlyList<SettingSource> SourcesOf(Setting setting) =>
        [.. given.GetValueOrDefault(setting, []).Take(setting.IsCombined ? int.MaxValue : 1).Select(value => value.Source)];

    private IEnumerable<Mistake> MistakesOf(Setting setting) => mistakes.Where(mistake => mistake.IsWholeFile || mistake.Of == setting);

    private static void Refuse(IEnumerable<Mistake> found)
    {
        if (string.Join('\n', found.Select(mistake => mistake.Message)) is { Length: > 0 } messages)
        {
            throw CliException.BadInput(messages);
        }
    }

    private void ReadVariables()
    {
        foreach (var setting in SettingKeys.All)
        {
            if (setting.Variable is { } variable && ByteText.Variable(variable) is { Length: > 0 } text)
            {
                Add(setting, text, new SettingSource(SettingOrigin.Environment, variable));
            }
        }
    }

    private void Read(SettingsFile file)
    {
        var path = file.Source.Name;
        if (file.Foreign is not null)
        {
            if (file.Source.Origin == SettingOrigin.User)
            {
                mistakes.Add(new Mistake($"The settings {path} belong to another user and are not read.", IsWholeFile: true));
            }

            return;
        }

        try
        {
            foreach (var (key, value) in TomlSerializer.Deserialize(file.ReadText(), SettingsToml.Default.TomlTable) ?? [])
            {
                if (SettingKeys.All.FirstOrDefault(setting => setting.Key == key) is { } setting)
                {
                    Add(setting, value, file.Source);
                }
                else
                {
                    mistakes.Add(new Mistake($"{path}: '{key}' is not a setting; {Hint(key)}"));
                }
            }
        }
        catch (Exception e) when (e is TomlException or IOException or UnauthorizedAccessException)
        {
            mistakes.Add(new Mistake($"{path}: {e.Message}", IsWholeFile: true));
        }
    }

    private void Add(Setting setting, object raw, SettingSource source)
    {
        try
        {
            var value = setting.Read(raw, source);
            (given.TryGetValue(setting, out var values) ? values : given[setting] = []).Add((source, value));
        }
        catch (FormatException e)
        {
            mistakes.Add(new Mistake($"{source.Name}: '{setting.Key}' must be {setting.Expected}.{(e.Message.Length > 0 ? $" {e.Message}" : "")}", setting));
        }
        catch (CliException e)
        {
            mistakes.Add(new Mistake(e.Message, setting));
        }
    }

    private static string Hint(string key)
    {
        var keys = SettingKeys.All.Select(setting => setting.Key).Order(StringComparer.Ordinal).ToList();
        return Suggestion.For(key, keys) is { } near ? $"did you mean '{near}'?" : $"the settings are {string.Join(", ", keys)}.";
    }

    private sealed record Mistake(string Message, Setting? Of = null, bool IsWholeFile = false);
}
