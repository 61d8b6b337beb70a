using System.Globalization;
using System.Text;

namespace DurableQueue.Cli.Workers;

/// <summary>What a detached worker leaves beside the queue file: its process id and version, a lock as long as it lives, and its log.</summary>
internal sealed class DaemonFiles(string queuePath)
{
    private const int Tries = 40;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(25);

    public string PidPath { get; } = $"{queuePath}.worker.pid";

    public string LogPath { get; } = $"{queuePath}.worker.log";

    /// <summary>Locked as long as the worker lives. A file of its own: a locked file cannot be opened, not even to be read.</summary>
    private string LockPath { get; } = $"{queuePath}.worker.lock";

    /// <summary>The detached worker that lives.</summary>
    /// <returns><see langword="null"/> if there is none; what a dead one left does not count, for its lock is gone with it.</returns>
    public (int Pid, string Version)? FindLiving()
    {
        if (!File.Exists(LockPath) || !File.Exists(PidPath))
        {
            return null;
        }

        try
        {
            using var probe = OpenLock();
            return null;
        }
        catch (IOException)
        {
            var lines = File.ReadAllLines(PidPath);
            return lines.Length >= 2 && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? (pid, lines[1]) : null;
        }
    }

    /// <summary>Takes the lock until it is disposed, and writes who holds it.</summary>
    /// <param name="time">Others look whether the lock is held by taking it for a moment: it is tried for a while.</param>
    /// <param name="cancellationToken">Ends the trying.</param>
    /// <exception cref="IOException">Another detached worker holds it.</exception>
    public async Task<IDisposable> HoldAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                var held = OpenLock();
                File.Delete(PidPath);
                using var file = new FileStream(PidPath, OwnerOnly(FileMode.Create, FileShare.Read));
                file.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n{DqVersion.Current}\n")));
                return held;
            }
            catch (IOException) when (tries < Tries)
            {
                await Task.Delay(BetweenTries, time, cancellationToken);
            }
        }
    }

    private FileStream OpenLock() => new(LockPath, OwnerOnly(FileMode.OpenOrCreate, FileShare.None));

    private static FileStreamOptions OwnerOnly(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
