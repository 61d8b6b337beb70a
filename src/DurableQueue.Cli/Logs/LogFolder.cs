using System.Globalization;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Logs;

/// <summary>The files of many tasks, from one look into their directory: to search it for each task would take as long as there are files, each time.</summary>
internal sealed class LogFolder(CommandFiles files)
{
    private readonly Lazy<Dictionary<TaskId, List<FileInfo>>> found = new(() => Read(files.LogDirectory));

    /// <summary>The tasks that have files, whether the queue knows them or not.</summary>
    public IReadOnlyCollection<TaskId> Ids => found.Value.Keys;

    /// <summary>What the logs of a task are.</summary>
    public (int Count, long Bytes) Measure(TaskId id)
    {
        var logs = FilesOf(id).Where(file => file.Extension == ".log" && file.Exists).ToList();
        return (logs.Count, logs.Sum(file => file.Length));
    }

    /// <summary>Deletes every file of a task. What still runs goes on, its output is lost.</summary>
    /// <exception cref="CliException">The directory is another user's.</exception>
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
                // The directory went first.
            }
            catch (UnauthorizedAccessException e)
            {
                throw new CliException(ExitCode.QueueUnusable, $"Task {id} is removed from the queue, but its files in {files.LogDirectory} can't be: {e.Message}");
            }
        }
    }

    private static Dictionary<TaskId, List<FileInfo>> Read(string directory)
    {
        var found = new Dictionary<TaskId, List<FileInfo>>();
        var folder = new DirectoryInfo(directory);
        foreach (var file in folder.Exists ? folder.EnumerateFiles() : [])
        {
            // 7.1.log
            if (file.Name.Split('.') is [var number, _, _, ..] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                (found.TryGetValue(new TaskId(id), out var list) ? list : found[new TaskId(id)] = []).Add(file);
            }
        }

        return found;
    }

    private List<FileInfo> FilesOf(TaskId id) => found.Value.GetValueOrDefault(id) ?? [];
}
