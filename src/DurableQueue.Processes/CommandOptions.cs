namespace DurableQueue.Processes;

/// <summary>Options for the commands of one queue, validated when the host starts.</summary>
public sealed class CommandOptions
{
    /// <summary>
    /// The shell for <see cref="CommandTask.CommandLine"/>: a program and the arguments before the command line. Default <c>/bin/sh -c</c>; on Windows, where
    /// commands can only be enqueued, <c>powershell -NoProfile -Command</c>.
    /// </summary>
    public IReadOnlyList<string> Shell { get; set; } =
        OperatingSystem.IsWindows() ? ["powershell", "-NoProfile", "-Command"] : ["/bin/sh", "-c"];

    /// <summary>The time from SIGTERM to SIGKILL when a command is stopped; zero to 1 h. Default 5 s.</summary>
    public TimeSpan DefaultKillGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What a worker does with a running command that an earlier worker left. Default <see cref="CommandRestart.Adopt"/>.</summary>
    public CommandRestart RestartPolicy { get; set; }

    /// <summary>
    /// Names of environment variables with secret values. <c>*</c> matches any characters; case is ignored.
    /// Default: <see cref="CommandSecrets.DefaultPatterns"/>.
    /// </summary>
    public IReadOnlyList<string> SecretNames { get; set; } = CommandSecrets.DefaultPatterns;

    /// <summary>The directory for logs and records; <see langword="null"/> (default) means <c>&lt;queue&gt;.logs</c> beside the queue file.</summary>
    public string? LogDirectory { get; set; }

    /// <summary>For commands that don't say: how many notifications the output of a task raises at most; 0 means no limit. Default 100.</summary>
    public int MaxWakes { get; set; } = 100;

    /// <summary>For commands that don't say: how many bytes of text and tails these notifications have at most; 0 means no limit. Default 256 KiB.</summary>
    public long MaxWakeBytes { get; set; } = 256 * 1024;

    /// <summary>Whether to use systemd, nice and ionice for commands that ask for them. Default true.</summary>
    public bool ResourceControls { get; set; } = true;
}
