using System.Globalization;
using System.Net.Sockets;
using DurableQueue.Processes.Linux;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>The sockets beside a queue file over which programs inside commands reach the workers: one for each worker, named after its process.</summary>
internal static class WaitSocket
{
    /// <summary>What a worker answers once the slot is given back. Without an answer it closes the connection: the run is not one of its own, or is about to end.</summary>
    public static ReadOnlySpan<byte> Granted => "granted\n"u8;

    private const string Mark = ".wait-";

    /// <summary>What a program says first, without the end of the line: its run alone for a wait for tasks, which is all that workers of earlier versions know.</summary>
    public static string Ask(string run, RunWaitKind kind) => kind == RunWaitKind.Tasks ? run : $"{run}/{kind}";

    /// <summary>Reads what a program has said.</summary>
    /// <returns><see langword="null"/> if it is nothing that this worker knows.</returns>
    public static (string Run, RunWaitKind Kind)? Read(string question) => question.Split('/') switch
    {
        [var run] => (run, RunWaitKind.Tasks),
        [var run, nameof(RunWaitKind.Decision)] => (run, RunWaitKind.Decision),
        [var run, nameof(RunWaitKind.DecisionWithSlot)] => (run, RunWaitKind.DecisionWithSlot),
        _ => null,
    };

    /// <summary>Listens at a new socket, which only the owner can connect to.</summary>
    /// <exception cref="SocketException">The file system cannot hold sockets.</exception>
    public static (Socket Socket, string Path) Listen(string queuePath)
    {
        RemoveLeft(queuePath);
        var path = string.Create(CultureInfo.InvariantCulture, $"{queuePath}{Mark}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");
        using var directory = OpenDirectory(queuePath);
        var socket = Create();
        try
        {
            socket.Bind(EndPointIn(directory, path));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            if (OperatingSystem.IsLinux())
            {
                GuardedFile.GiveToOwner(queuePath, path);
            }

            socket.Listen();
            return (socket, path);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to each worker of the queue that is there.</summary>
    public static async IAsyncEnumerable<Socket> ConnectAsync(string queuePath)
    {
        foreach (var path in Find(queuePath))
        {
            if (await TryConnectAsync(queuePath, path).ConfigureAwait(false) is { } socket)
            {
                yield return socket;
            }
        }
    }

    private static async Task<Socket?> TryConnectAsync(string queuePath, string path)
    {
        var socket = Create();
        try
        {
            using var directory = OpenDirectory(queuePath);
            await socket.ConnectAsync(EndPointIn(directory, path)).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>Deletes the sockets of workers that were killed.</summary>
    private static void RemoveLeft(string queuePath)
    {
        foreach (var path in Find(queuePath))
        {
            var process = path[(path.LastIndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].Split('-')[0];
            if (int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && ProcessStat.Read(pid) is not { HasEnded: false })
            {
                File.Delete(path);
            }
        }
    }

    private static string[] Find(string queuePath)
    {
        try
        {
            return Directory.GetFiles(Path.GetDirectoryName(queuePath)!, $"{Path.GetFileName(queuePath)}{Mark}*");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static Socket Create() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static SafeFileHandle OpenDirectory(string queuePath) => Descriptors.Open(Path.GetDirectoryName(queuePath)!, Native.OpenReadOnly);

    /// <summary>Through a descriptor of the directory, because the path of a socket may have no more than 107 bytes.</summary>
    private static UnixDomainSocketEndPoint EndPointIn(SafeFileHandle directory, string path) =>
        new(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{directory.DangerousGetHandle()}/{Path.GetFileName(path)}"));
}
