using System.Globalization;
using System.Text;
using DurableQueue.Processes.Linux;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Workers;

/// <summary>
/// The files of a detached worker beside the queue file: its process id and version, a lock for as long as it lives, its log, and a lock for the start of any
/// worker. Any of them may be deleted or replaced while it runs; the process is then found through the queue and its command line.
/// </summary>
internal sealed class DaemonFiles(string queuePath)
{
    private const int Tries = 40;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(25);

    public string PidPath { get; } = $"{queuePath}.worker.pid";

    public string LogPath { get; } = $"{queuePath}.worker.log";

    /// <summary>Locked as long as the worker lives. A separate file, because a locked file cannot even be opened for reading.</summary>
    private string LockPath { get; } = $"{queuePath}.worker.lock";

    /// <summary>Locked by whoever starts a worker, until the worker is registered.</summary>
    private string StartPath { get; } = $"{queuePath}.worker.start";

    /// <summary>Finds the detached worker that is running.</summary>
    /// <param name="workers">The registered workers.</param>
    /// <returns><see langword="null"/> if none is running. The files of a dead worker do not count: its lock is gone.</returns>
    public (int Pid, string Version)? FindLiving(IEnumerable<WorkerInfo> workers) => FindByLock() ?? workers
        .Where(worker => worker.IsLive && worker.Host == Environment.MachineName)
        .Select(worker => Daemon.VersionOf(worker.ProcessId, queuePath) is { } version ? ((int, string)?)(worker.ProcessId, version) : null)
        .FirstOrDefault(found => found is not null);

    /// <summary>The same, without workers that run beside the one for all other groups: one of these may be left when that has ended.</summary>
    /// <inheritdoc cref="FindLiving"/>
    public (int Pid, string Version)? FindMain(IEnumerable<WorkerInfo> workers) => FindLiving(workers.Where(worker => !Daemon.IsBeside(worker.ProcessId)));

    /// <summary>Takes the lock until it is disposed, and writes the pid file.</summary>
    /// <param name="time">The clock. The lock is tried for a while, because other processes test it by taking it for a moment.</param>
    /// <param name="cancellationToken">Stops trying.</param>
    /// <exception cref="IOException">Another detached worker holds it.</exception>
    public async Task<IDisposable> HoldAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                var held = Lock(LockPath);
                File.Delete(PidPath);
                using var file = new FileStream(PidPath, OwnerOnly(FileMode.CreateNew, FileShare.Read));
                file.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n{DqVersion.Current}\n")));
                if (OperatingSystem.IsLinux())
                {
                    GuardedFile.GiveToOwner(queuePath, PidPath);
                }

                return held;
            }
            catch (IOException) when (tries < Tries)
            {
                await Task.Delay(BetweenTries, time, cancellationToken);
            }
        }
    }

    /// <summary>Takes the turn to start a worker, until it is disposed.</summary>
    /// <returns><see langword="null"/> while another process starts one.</returns>
    public IDisposable? TryTakeTurn()
    {
        try
        {
            return Lock(StartPath);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Tells others, until it is disposed, that this process is about to be a worker, so that they do not start one.</summary>
    /// <returns><see langword="null"/> if another process starts one, or the mark cannot be made.</returns>
    public IDisposable? MarkStarting()
    {
        try
        {
            return Lock(StartPath, Native.LockShared);
        }
        catch (Exception e) when (e is IOException or PlaceException)
        {
            return null;
        }
    }

    private (int Pid, string Version)? FindByLock()
    {
        if (!File.Exists(LockPath) || !File.Exists(PidPath))
        {
            return null;
        }

        try
        {
            using var probe = Lock(LockPath);
            return null;
        }
        catch (IOException)
        {
            return ReadPid();
        }
    }

    private (int Pid, string Version)? ReadPid()
    {
        string[] lines;
        try
        {
            lines = GuardedFile.ReadText(PidPath).Split('\n');
        }
        catch (Exception e) when (e is FileNotFoundException or PlaceException)
        {
            return null;
        }

        // The file may name any process: a signal must only go to a worker of this queue.
        return lines.Length > 2
            && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && (!OperatingSystem.IsLinux() || Daemon.VersionOf(pid, queuePath) is not null)
            ? (pid, lines[1])
            : null;
    }

    private IDisposable Lock(string path, int how = Native.LockExclusively)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new FileStream(path, OwnerOnly(FileMode.OpenOrCreate, FileShare.None));
        }

        var file = GuardedFile.Open(queuePath, path, Native.OpenReadWrite);
        if (Native.Lock(Descriptors.NumberOf(file), how | Native.LockWithoutWaiting) == 0)
        {
            return file;
        }

        file.Dispose();
        throw new IOException($"'{path}' is locked.");
    }

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
