using System.Globalization;
using DurableQueue.Processes.Linux;

namespace DurableQueue.Processes.Running;

/// <summary>The mark that tells a worker to end an attempt even if processes of its command are left.</summary>
internal static class GivenUp
{
    /// <exception cref="PlaceException">The mark cannot be created.</exception>
    public static void Mark(CommandFiles files, RunHeader run)
    {
        CommandFiles.CreateDirectory(files.LogDirectory);
        using var file = GuardedFile.Open(files.QueuePath, files.GiveUp(run.TaskId, run.Attempt), Native.OpenWriteOnly | Native.OpenTruncate);
        RandomAccess.Write(file, System.Text.Encoding.ASCII.GetBytes(Text(run)), 0);
    }

    /// <summary>A mark of another run does not count.</summary>
    public static bool Is(string path, RunHeader run)
    {
        try
        {
            return File.Exists(path) && GuardedFile.ReadText(path) == Text(run);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string Text(RunHeader run) => string.Create(CultureInfo.InvariantCulture, $"{run.EnqueuedAtMs} {run.AttemptToken}");
}
