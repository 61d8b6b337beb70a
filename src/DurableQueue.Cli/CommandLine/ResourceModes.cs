namespace DurableQueue.Cli.CommandLine;

/// <summary>How commands that say nothing of their own give way to others.</summary>
internal static class ResourceModes
{
    /// <summary>Not at all.</summary>
    public const string Off = "off";

    /// <summary>By all that works.</summary>
    public const string Auto = "auto";

    /// <summary>By weights.</summary>
    public const string SystemdRun = "systemd-run";

    /// <summary>By priorities.</summary>
    public const string NiceIoNice = "nice-ionice";
}
