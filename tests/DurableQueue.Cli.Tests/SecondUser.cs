using System.Globalization;

namespace DurableQueue.Cli.Tests;

/// <summary>Another user, with id 1000, who works in the folder of a test. Only root can set that up.</summary>
internal sealed class SecondUser(Sandbox box)
{
    private const string Command = "setpriv --reuid=1000 --regid=1000 --clear-groups env HOME=$PWD";

    public static bool IsAvailable => Environment.IsPrivilegedProcess;

    /// <summary>What the user's worker has written.</summary>
    public string WorkerOutput => File.Exists(OutputPath) ? File.ReadAllText(OutputPath) : "";

    private string OutputPath => Path.Combine(box.Folder, "w.out");

    public Task OwnFolderAsync() => box.ShellAsync("chmod 755 .; chown 1000:1000 .");

    /// <summary>A line of a shell, which the user runs.</summary>
    public Task<DqResult> ShellAsync(string line) => box.ShellAsync($"{Command} {line}");

    public async Task<long> AddAsync(string arguments) =>
        long.Parse((await ShellAsync($"dq add --print-id {arguments}")).Out.Trim(), CultureInfo.InvariantCulture);

    public Task StartWorkerAsync() => ShellAsync("sh -c 'dq worker >w.out 2>&1 & echo $! >worker'");

    public Task StopWorkerAsync() => box.ShellAsync("kill $(cat worker)");

    /// <summary>A perl with the set-uid bit: what it runs can become root.</summary>
    public async Task<string> CreateRootPerlAsync()
    {
        var perl = Path.Combine(box.Folder, "rootperl");
        await box.ShellAsync($"cp -L $(readlink -f /usr/bin/perl) {perl}; chmod 4755 {perl}");
        return perl;
    }
}
