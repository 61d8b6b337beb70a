using DurableQueue.Processes.Linux;

namespace DurableQueue.Processes.Running;

/// <summary>
/// Which programs for resource controls don't work where the worker runs. It is noted beside the logs, so that whoever asks for controls hears of it, and not only
/// whoever reads the log of the worker.
/// </summary>
internal sealed class MissingControls(CommandFiles files)
{
    /// <summary>The ends of the names of the notes: of one that nobody has heard of, and of one that was told.</summary>
    private const string News = ".missing";
    private const string Told = ".told";

    /// <summary>Notes the result of a trial. A note that was told stays until the program works.</summary>
    public void Set(string program, bool works)
    {
        try
        {
            if (works)
            {
                CommandFiles.Remove(PathOf(program, News));
                CommandFiles.Remove(PathOf(program, Told));
            }
            else if (!File.Exists(PathOf(program, Told)))
            {
                GuardedFile.Open(files.QueuePath, PathOf(program, News), Native.OpenWriteOnly).Dispose();
            }
        }
        catch (Exception e) when (IsExpected(e))
        {
            // It is in the log of the worker in any case.
        }
    }

    /// <summary>All programs that don't work.</summary>
    public IReadOnlyList<string> List() => [.. Find(News), .. Find(Told)];

    /// <summary>Those that nobody has heard of: each is given once.</summary>
    public IReadOnlyList<string> Take() => [.. Find(News).Where(program =>
    {
        try
        {
            File.Move(PathOf(program, News), PathOf(program, Told), overwrite: true);
            return true;
        }
        catch (Exception e) when (IsExpected(e))
        {
            // Another caller was first.
            return false;
        }
    })];

    private static bool IsExpected(Exception error) => error is PlaceException or IOException or UnauthorizedAccessException;

    private IReadOnlyList<string> Find(string end) => [.. ResourceControls.Programs.Where(program => File.Exists(PathOf(program, end)))];

    private string PathOf(string program, string end) => Path.Combine(files.LogDirectory, program + end);
}
