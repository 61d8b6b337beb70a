using System.ComponentModel;
using System.Globalization;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>
/// Opens files beside a queue file. They belong to the owner of the queue file even if root creates them, so that one command by root does not lock the owner
/// out. Links are not followed, and files of other users are not written: another user could have put them there to have them written with this user's rights.
/// </summary>
internal static class GuardedFile
{
    private const uint Root = 0;

    /// <summary>Opens a regular file. A missing file is created, readable only by its owner.</summary>
    /// <exception cref="PlaceException">The file or directory cannot be used.</exception>
    public static SafeFileHandle Open(string queuePath, string path, int flags)
    {
        // Non-blocking, because a pipe of that name would wait for its other end. The file is only truncated once its owner is known.
        using var opened = Open(path, (flags & ~Native.OpenTruncate) | Native.OpenCreate | Native.OpenNonBlocking);
        if (FileStatus.Of(opened) is not { IsRegularFile: true } status)
        {
            throw new PlaceException($"'{path}' is not a regular file.");
        }

        TakeOver(queuePath, opened, status, path);
        try
        {
            return Descriptors.OpenAgain(opened, flags);
        }
        catch (Win32Exception e)
        {
            throw Refused(path, e);
        }
    }

    /// <summary>
    /// Opens a file that another process may be writing, replacing or deleting. A pipe is refused, because it would wait for its other end, and so is a link, because
    /// it could lead to a file that this user may read and the one who asks may not.
    /// </summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="PlaceException">The path is not a regular file.</exception>
    public static SafeFileHandle OpenToRead(string path)
    {
        while (true)
        {
            RequireRegular(path);
            var named = FileStatus.Of(path, followLink: false);
            var opened = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (named?.Identity == FileStatus.Of(opened)?.Identity)
            {
                return opened;
            }

            // Replaced in between, perhaps by a link.
            opened.Dispose();
        }
    }

    /// <summary>Reads a small file, as <see cref="OpenToRead"/> opens it.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="PlaceException">The path is not a regular file.</exception>
    public static string ReadText(string path)
    {
        using var file = new StreamReader(new FileStream(OpenToRead(path), FileAccess.Read));
        return file.ReadToEnd();
    }

    /// <summary>Opens a pipe for reading and writing.</summary>
    /// <exception cref="PlaceException">The file or directory cannot be used.</exception>
    public static SafeFileHandle OpenPipe(string queuePath, string path)
    {
        var opened = Open(path, Native.OpenReadWrite);
        try
        {
            if (FileStatus.Of(opened) is not { IsPipe: true } status)
            {
                throw new PlaceException($"'{path}' is not a pipe.");
            }

            TakeOver(queuePath, opened, status, path);
            return opened;
        }
        catch (PlaceException)
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The user that this process acts for.</summary>
    public static uint User => SideFile.User;

    /// <returns>The id of the user who owns a file; <see langword="null"/> if there is no such file, or the system has no such ids.</returns>
    public static uint? OwnerOf(string path, bool followLink) => FileStatus.Of(path, followLink)?.Owner;

    /// <summary>Gives a file that root has just created to the owner of the queue file.</summary>
    public static void GiveToOwner(string queuePath, string path)
    {
        if (SideFile.User == Root && FileStatus.Of(queuePath) is { } queue)
        {
            _ = Native.ChangeOwner(path, queue.Owner, queue.Group);
        }
    }

    /// <summary>The owner and group of the queue file, as arguments of <c>chown</c>; <see langword="null"/> if new files already belong to them.</summary>
    public static string? OwnerToGiveTo(string queuePath) =>
        SideFile.User == Root && FileStatus.Of(queuePath) is { } queue && (queue.Owner, queue.Group) != (Root, Root)
            ? string.Create(CultureInfo.InvariantCulture, $"{queue.Owner}:{queue.Group}")
            : null;

    /// <exception cref="PlaceException">The file belongs neither to the user of this process nor to the owner of the queue file.</exception>
    public static void RequireOwner(string queuePath, FileStatus status, string path)
    {
        if (status.Owner != SideFile.User && status.Owner != FileStatus.Of(queuePath)?.Owner)
        {
            throw new PlaceException($"'{path}' belongs to another user (id {status.Owner}) than the queue file does.");
        }
    }

    private static void RequireRegular(string path)
    {
        if (FileStatus.IsSupported)
        {
            if (FileStatus.Of(path, followLink: false) is { IsRegularFile: false, IsDirectory: false } status)
            {
                throw new PlaceException(status.IsLink ? $"'{path}' is a link, and links are not followed." : $"'{path}' is not a regular file.");
            }
        }
        else if (new FileInfo(path).LinkTarget is not null)
        {
            throw new PlaceException($"'{path}' is a link, and links are not followed.");
        }
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        try
        {
            return Descriptors.Open(path, flags | Native.OpenNoFollow);
        }
        catch (Win32Exception e)
        {
            throw Refused(path, e);
        }
    }

    private static void TakeOver(string queuePath, SafeFileHandle opened, FileStatus status, string path)
    {
        RequireOwner(queuePath, status, path);
        if (FileStatus.Of(queuePath) is { } queue && (queue.Owner, queue.Group) != (status.Owner, status.Group))
        {
            SideFile.TakeOwner(opened, queue);
        }
    }

    private static PlaceException Refused(string path, Win32Exception e) => new(e.NativeErrorCode == Native.ErrorLink
        ? $"'{path}' is a link, and links are not followed."
        : $"'{path}' cannot be opened: {e.Message}.");
}
