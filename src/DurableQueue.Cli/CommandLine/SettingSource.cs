namespace DurableQueue.Cli.CommandLine;

/// <summary>A settings file, or an environment variable.</summary>
/// <param name="Origin">Which of them.</param>
/// <param name="Name">The path of the file or the name of the variable, for messages.</param>
internal sealed record SettingSource(SettingOrigin Origin, string Name)
{
    /// <summary>In a variable, everything is text.</summary>
    public bool IsVariable => Origin == SettingOrigin.Environment;
}
