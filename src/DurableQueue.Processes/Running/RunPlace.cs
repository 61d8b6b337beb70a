using System.ComponentModel;
using DurableQueue.Processes.Linux;
using DurableQueue.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Processes.Running;

/// <summary>Creates and opens the files of runs in the log directory.</summary>
internal sealed class RunPlace(CommandFiles files)
{
    private const uint OwnerOnlyFile = 0x180;

    private readonly Lock sync = new();
    private volatile bool isPrepared;

    /// <summary>Creates the directory, once, and again if it was deleted.</summary>
    /// <exception cref="PlaceException">The file or directory cannot be used.</exception>
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
                CreateLogDirectory(directory);
            }

            RequireUsable(files);
            isPrepared = true;
        }
    }

    /// <summary>Checks an existing log directory.</summary>
    /// <exception cref="PlaceException">The file or directory cannot be used.</exception>
    public static void RequireUsable(CommandFiles files)
    {
        // A directory that the host chose may be a link.
        var directory = files.LogDirectory;
        var status = files.HasOwnDirectory ? FileStatus.Of(directory) : FileStatus.Of(directory, followLink: false);
        if (status is not { IsDirectory: true } found)
        {
            throw new PlaceException($"The log directory '{directory}' is not a directory; links are not followed.");
        }

        GuardedFile.RequireOwner(files.QueuePath, found, directory);
    }

    /// <summary>Opens a log for appending, and creates it if it is missing.</summary>
    /// <exception cref="PlaceException">The file or directory cannot be used.</exception>
    public SafeFileHandle OpenLog(string path) => GuardedFile.Open(files.QueuePath, path, Native.OpenWriteOnly | Native.OpenAppend);

    /// <summary>Creates the pipe of a command's standard input; replaces an old one.</summary>
    /// <returns>The pipe opened for reading, and for reading and writing.</returns>
    /// <exception cref="PlaceException">The pipe cannot be created.</exception>
    public (SafeFileHandle Reading, SafeFileHandle Holding) CreateInput(string path)
    {
        CommandFiles.Remove(path);
        if (Native.MakeFifo(path, OwnerOnlyFile) != 0)
        {
            throw new PlaceException($"The pipe '{path}' cannot be created: {new Win32Exception(System.Runtime.InteropServices.Marshal.GetLastPInvokeError()).Message}.");
        }

        // Opened for both first: that does not wait for another end, and then opening it for reading does not either.
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

    private void CreateLogDirectory(string directory)
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
