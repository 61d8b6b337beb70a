using System.Globalization;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Logs;

/// <summary>The files of many tasks. The directory is listed once, because listing it for each task would take too long.</summary>
internal sealed class LogFolder(CommandFiles files)
{
    private readonly Lazy<Dictionary<TaskId, List<FileInfo>>> found = new(() => Read(files.LogDirectory));

    /// <summary>The tasks that have files, whether or not the queue knows them.</summary>
    public IReadOnlyCollection<TaskId> Ids => found.Value.Keys;

    /// <summary>Lists the directory. Called before tasks are removed, so that their files cannot be left over.</summary>
    /// <exception cref="CliException">The directory can't be read.</exception>
    public void RequireAccess() => _ = Entries(files.LogDirectory).Any();

    /// <summary>The logs of a task.</summary>
    public (int Count, long Bytes) Measure(TaskId id)
    {
        var logs = FilesOf(id).Where(file => file.Extension == ".log" && file.Exists).ToList();
        return (logs.Count, logs.Sum(file => file.Length));
    }

    /// <summary>Deletes all files of a task. A running command continues, and its output is lost.</summary>
    /// <exception cref="CliException">The directory belongs to another user.</exception>
    public void Delete(TaskId id)
    {
        foreach (var file in FilesOf(id))
        {
            try
            {
                file.Delete();
            }
            catch (DirectoryNotFoundException)
            {
                // The directory was deleted first.
            }
            catch (UnauthorizedAccessException e)
            {
                throw Unusable($"The files of task {id} can't be removed", e);
            }
        }
    }

    private static Dictionary<TaskId, List<FileInfo>> Read(string directory)
    {
        var found = new Dictionary<TaskId, List<FileInfo>>();
        foreach (var file in Entries(directory))
        {
            // 7.1.log
            if (file.Name.Split('.') is [var number, _, _, ..] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                (found.TryGetValue(new TaskId(id), out var list) ? list : found[new TaskId(id)] = []).Add(file);
            }
        }

        return found;
    }

    private static IEnumerable<FileInfo> Entries(string directory)
    {
        try
        {
            var folder = new DirectoryInfo(directory);
            return folder.Exists ? folder.EnumerateFiles() : [];
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unusable("The logs of the queue can't be read", e);
        }
    }

    private static CliException Unusable(string what, UnauthorizedAccessException error) => new(ExitCode.QueueUnusable, $"{what}: {error.Message}");

    private List<FileInfo> FilesOf(TaskId id) => found.Value.GetValueOrDefault(id) ?? [];
}
