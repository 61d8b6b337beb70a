namespace DurableQueue.Processes;

/// <summary>Settings of the commands of one queue. Checked when the host starts.</summary>
public sealed class CommandOptions
{
    /// <summary>
    /// The program and the arguments before the line of <see cref="CommandTask.CommandLine"/>. Default <c>/bin/sh -c</c>; on
    /// Windows, where commands can only be enqueued, <c>powershell -NoProfile -Command</c>.
    /// </summary>
    public IReadOnlyList<string> Shell { get; set; } =
        OperatingSystem.IsWindows() ? ["powershell", "-NoProfile", "-Command"] : ["/bin/sh", "-c"];

    /// <summary>From the request to stop a command to the signal that it cannot refuse; zero to 1 h. Default 5 s.</summary>
    public TimeSpan DefaultKillGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What becomes of a command that a worker finds running when it takes over. Default <see cref="CommandRestart.Adopt"/>.</summary>
    public CommandRestart RestartPolicy { get; set; }

    /// <summary>
    /// Names of environment variables whose values are secret: <c>*</c> stands for any characters, upper and lower case are the same.
    /// Defaults: <see cref="CommandSecrets.DefaultPatterns"/>.
    /// </summary>
    public IReadOnlyList<string> SecretNames { get; set; } = CommandSecrets.DefaultPatterns;

    /// <summary>Where logs and records are kept; <see langword="null"/> (default) means <c>&lt;queue&gt;.logs</c> beside the queue file.</summary>
    public string? LogDirectory { get; set; }

    /// <summary>Whether systemd, nice and ionice are used where commands ask for it. Default true.</summary>
    public bool ResourceControls { get; set; } = true;
}
