namespace DurableQueue.Cli.CommandLine;

/// <summary>Where the value of a setting comes from; a later one comes before an earlier one.</summary>
internal enum SettingOrigin
{
    Default,

    /// <summary>The caller's own file.</summary>
    User,

    /// <summary>The file beside the queue of a project.</summary>
    Project,

    Environment,
}
