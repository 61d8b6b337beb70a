namespace DurableQueue.Sqlite;

/// <summary>
/// What is known of the file system that a queue is to live on. The write-ahead log needs memory that all its users share, and locks that hold: not
/// so between the machines of a network file system, where two writers would damage the file and both be told that all is well.
/// </summary>
internal static class FileSystemKind
{
    private static readonly string[] OfNetworks = ["nfs", "smb", "cifs", "afp", "ncp", "webdav"];

    /// <summary>They may or may not be: shared with another machine, or with the host of a virtual one.</summary>
    private static readonly string[] Doubtful =
        ["9p", "v9fs", "virtiofs", "fuse", "vboxsf", "prl_fs", "ceph", "gluster", "lustre", "gpfs", "gfs", "ocfs", "afs", "coda", "panfs", "beegfs"];

    /// <summary>The name of the file system a directory is on, or will be; <see langword="null"/> if it cannot be told.</summary>
    public static string? Of(string directory)
    {
        try
        {
            while (!Directory.Exists(directory))
            {
                directory = Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException(directory);
            }

            if (!OperatingSystem.IsWindows())
            {
                return new DriveInfo(directory).DriveFormat;
            }

            var root = Path.GetPathRoot(directory)!;
            return root.StartsWith(@"\\", StringComparison.Ordinal) || new DriveInfo(root).DriveType == DriveType.Network ? "smb" : new DriveInfo(root).DriveFormat;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    public static bool IsRefused(string? name) => StartsWithOneOf(name, OfNetworks);

    public static bool IsDoubtful(string? name) => StartsWithOneOf(name, Doubtful);

    private static bool StartsWithOneOf(string? name, string[] starts) =>
        name is not null && Array.Exists(starts, start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase));
}
