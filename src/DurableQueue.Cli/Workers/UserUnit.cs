using System.Security.Cryptography;
using System.Text;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Workers;

/// <summary>The systemd unit of the caller that runs the worker of a queue.</summary>
/// <param name="queuePath">The queue file.</param>
internal sealed class UserUnit(string queuePath)
{
    private const int HashLength = 12;

    /// <summary>They belong to a session, and systemd sets them itself.</summary>
    private static readonly string[] OfSession = ["HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];

    public string Name { get; } = $"dq-worker-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(queuePath)))[..HashLength]}.service";

    /// <exception cref="CliException">There is no home directory.</exception>
    public string FilePath => UserPath.Folder("XDG_CONFIG_HOME", Environment.SpecialFolder.ApplicationData) is { } folder
        ? Path.Combine(folder, "systemd", "user", Name)
        : throw CliException.BadInput("There is no home directory for a unit of systemd.");

    public bool IsInstalled => File.Exists(FilePath);

    /// <summary>
    /// Commands are in the control group of the worker. So it has no memory limit (the worker limits itself), the end of a command for lack of memory is not that
    /// of the unit, and a stop ends the worker alone.
    /// </summary>
    /// <param name="program">How dq is started, with the arguments of the worker.</param>
    /// <param name="logPath">Where the worker logs.</param>
    public string Text(IReadOnlyList<string> program, string logPath) => $"""
        # Written by 'dq worker --install', and removed by 'dq worker --uninstall'.
        [Unit]
        Description=dq worker of {Plain(queuePath)}
        AssertPathExists={Plain(queuePath)}

        [Service]
        Type=exec
        ExecStart={string.Join(' ', program.Select((argument, index) => Quoted(argument, isExpanded: index > 0)))}
        {string.Concat(Variables().Select(variable => $"Environment={Quoted(variable)}\n"))}StandardOutput=null
        StandardError=append:{Plain(logPath)}
        Restart=on-failure
        RestartSec=5
        # Wrong arguments, another detached worker, a queue that is gone: trying again does not help.
        RestartPreventExitStatus=1 2 4
        # Commands outlive their worker, and its limits are not theirs.
        KillMode=process
        OOMPolicy=continue
        TasksMax=infinity

        [Install]
        WantedBy=default.target

        """;

    /// <summary>Writes the file if it is not there with this text.</summary>
    /// <returns>Whether it was written.</returns>
    public bool Write(string text)
    {
        if (IsInstalled && File.ReadAllText(FilePath) == text)
        {
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        var written = $"{FilePath}.new";
        File.WriteAllText(written, text);
        File.Move(written, FilePath, overwrite: true);
        return true;
    }

    public void Delete() => File.Delete(FilePath);

    /// <summary>The main process of the unit.</summary>
    /// <returns><see langword="null"/> if it is not running.</returns>
    public async Task<int?> FindProcessAsync(CancellationToken cancellationToken)
    {
        var (code, output) = await Systemd.RunAsync("systemctl", ["--user", "show", "--property=MainPID", "--value", Name], cancellationToken);
        return code == 0 && int.TryParse(output, out var pid) && pid > 0 ? pid : null;
    }

    private static IEnumerable<string> Variables() => DaemonEnvironment.Names().Except(OfSession).Order(StringComparer.Ordinal)
        .Select(name => $"{name}={Environment.GetEnvironmentVariable(name)}").Where(variable => !variable.Contains('\uFFFD', StringComparison.Ordinal));

    private static string Plain(string text) => text.Replace("%", "%%", StringComparison.Ordinal).ReplaceLineEndings(" ");

    /// <param name="text">A word of a line.</param>
    /// <param name="isExpanded">In the arguments of a command, systemd replaces variables.</param>
    private static string Quoted(string text, bool isExpanded = false)
    {
        var quoted = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return $"\"{(isExpanded ? quoted.Replace("$", "$$", StringComparison.Ordinal) : quoted)}\"";
    }
}
