using System.ComponentModel;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>Makes and opens what runs leave in the log directory.</summary>
internal sealed class RunPlace(CommandFiles files)
{
    private const uint OwnerOnlyFile = 0x180;

    private readonly Lock sync = new();
    private volatile bool isPrepared;

    /// <summary>Makes the directory; done once, and again if somebody deleted it.</summary>
    /// <exception cref="PlaceException">It cannot be used.</exception>
    public void Prepare()
    {
        if (isPrepared && Directory.Exists(files.LogDirectory))
        {
            return;
        }

        lock (sync)
        {
            var directory = files.LogDirectory;
            if (FileStatus.Of(directory, followLink: false) is null)
            {
                MakeDirectory(directory);
            }

            RequireUsable(files);
            isPrepared = true;
        }
    }

    /// <summary>Checks the log directory that is there.</summary>
    /// <exception cref="PlaceException">It cannot be used.</exception>
    public static void RequireUsable(CommandFiles files)
    {
        // A directory that the host chose may be a link of the host's.
        var directory = files.LogDirectory;
        var status = files.HasOwnDirectory ? FileStatus.Of(directory) : FileStatus.Of(directory, followLink: false);
        if (status is not { IsDirectory: true } found)
        {
            throw new PlaceException($"The log directory '{directory}' is not a directory; links are not followed.");
        }

        GuardedFile.RequireOwner(files.QueuePath, found, directory);
    }

    /// <summary>Opens a log for appending, and makes it if it is missing.</summary>
    /// <exception cref="PlaceException">It cannot be used.</exception>
    public SafeFileHandle OpenLog(string path) => GuardedFile.Open(files.QueuePath, path, Native.OpenWriteOnly | Native.OpenAppend);

    /// <summary>Makes the pipe of a command's standard input anew.</summary>
    /// <returns>Open for reading, and for both.</returns>
    /// <exception cref="PlaceException">It cannot be made.</exception>
    public (SafeFileHandle Reading, SafeFileHandle Holding) MakeInput(string path)
    {
        CommandFiles.Remove(path);
        if (Native.MakeFifo(path, OwnerOnlyFile) != 0)
        {
            throw new PlaceException($"The pipe '{path}' cannot be made: {new Win32Exception(System.Runtime.InteropServices.Marshal.GetLastPInvokeError()).Message}.");
        }

        // Open for both first: it does not wait for another end, and then neither does the one for reading.
        var holding = GuardedFile.OpenPipe(files.QueuePath, path);
        try
        {
            return (Descriptors.OpenAgain(holding, Native.OpenReadOnly), holding);
        }
        catch (Win32Exception e)
        {
            holding.Dispose();
            throw new PlaceException($"The pipe '{path}' cannot be opened: {e.Message}.");
        }
    }

    private void MakeDirectory(string directory)
    {
        try
        {
            CommandFiles.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PlaceException($"The log directory '{directory}' cannot be created: {e.Message}");
        }

        GuardedFile.GiveToOwner(files.QueuePath, directory);
    }
}
