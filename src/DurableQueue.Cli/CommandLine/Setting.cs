namespace DurableQueue.Cli.CommandLine;

/// <summary>A key of the settings files.</summary>
internal abstract class Setting(string key)
{
    public string Key => key;

    /// <summary>The environment variable that comes before the files; <see langword="null"/> for lists and tables.</summary>
    public string? Variable { get; init; } = $"DQ_{key.ToUpperInvariant()}";

    /// <summary>What the value must be, for messages: <c>true or false</c>.</summary>
    public required string Expected { get; init; }

    /// <summary>The values of all sources count, and not only the first.</summary>
    public abstract bool IsCombined { get; }

    /// <summary>Reads a value.</summary>
    /// <param name="raw">As the TOML reader gives it; text for a variable.</param>
    /// <param name="source">Where it is.</param>
    /// <exception cref="FormatException">It is not what is expected. The message may say more, in full sentences.</exception>
    /// <exception cref="CliException">It is not what is expected; the message names the source and the key.</exception>
    public abstract object? Read(object raw, SettingSource source);

    /// <summary>The value in force, as <see cref="Settings.Get"/> gives it.</summary>
    public abstract object? ValueIn(Settings settings);
}

/// <summary>A key of the settings files, with the type of its value.</summary>
/// <param name="key">The key.</param>
/// <param name="byDefault">The value without a setting.</param>
/// <param name="read">One of <see cref="SettingForms"/>.</param>
internal sealed class Setting<T>(string key, T byDefault, Func<object, SettingSource, T> read) : Setting(key)
{
    public T Default => byDefault;

    /// <summary>Adds the values of a source to those of the sources that come after it. By default, the first source alone counts.</summary>
    public Func<T, T, T>? Combine { get; init; }

    /// <summary>
    /// The values that a project's file may set. Whoever clones a repository owns the files in it, but has not written them: a project must not widen what runs
    /// on its own.
    /// </summary>
    public Predicate<T> ProjectMay { get; init; } = _ => true;

    public override bool IsCombined => Combine is not null;

    public override object? Read(object raw, SettingSource source)
    {
        var value = read(raw, source);
        return source.Origin != SettingOrigin.Project || ProjectMay(value)
            ? value
            : throw CliException.BadInput($"{source.Name}: a project's file can't set '{Key}' to this value; only your own settings and {Variable} can.");
    }

    public override object? ValueIn(Settings settings) => settings.Get(this);
}
