using System.Globalization;
using DurableQueue.Sqlite;

namespace DurableQueue.Processes;

/// <summary>The files with the output and the records of a queue's commands, in a directory beside the queue file that only its owner can read.</summary>
/// <remarks>A retry in place starts with attempt 1 again: its files replace those of the earlier attempt 1.</remarks>
public sealed class CommandFiles
{
    /// <summary>Finds the files of a queue.</summary>
    /// <param name="queuePath">The queue file.</param>
    /// <param name="directory">The directory of the files; <see langword="null"/> (default) means <c>&lt;queue&gt;.logs</c> beside the queue file.</param>
    public CommandFiles(string queuePath, string? directory = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queuePath);
        var paths = new QueuePaths(queuePath);
        QueuePath = paths.File;
        LogDirectory = directory is null ? paths.CommandLogs : RealPath.Of(directory);
        HasOwnDirectory = directory is not null;
    }

    /// <summary>The queue file: an absolute path without symbolic links.</summary>
    public string QueuePath { get; }

    /// <summary>The directory: an absolute path without symbolic links. Commands that were left running are found by this path.</summary>
    public string LogDirectory { get; }

    /// <summary>Whether the directory was chosen and is not the default.</summary>
    internal bool HasOwnDirectory { get; }

    /// <summary><c>&lt;id&gt;.&lt;attempt&gt;.log</c>: standard output and, unless it is separate, standard error.</summary>
    public string Log(TaskId id, int attempt) => Name(id, attempt, "log");

    /// <summary><c>&lt;id&gt;.&lt;attempt&gt;.err</c>: standard error, if <see cref="CommandTask.SeparateErrors"/> is set.</summary>
    public string ErrorLog(TaskId id, int attempt) => Name(id, attempt, "err");

    /// <summary><c>&lt;id&gt;.&lt;attempt&gt;.run</c>: the record of its process and exit code, written by the supervisor.</summary>
    public string Run(TaskId id, int attempt) => Name(id, attempt, "run");

    /// <summary><c>&lt;id&gt;.&lt;attempt&gt;.in</c>: the pipe to its standard input, while it runs.</summary>
    public string Input(TaskId id, int attempt) => Name(id, attempt, "in");

    /// <summary><c>&lt;id&gt;.&lt;attempt&gt;.giveup</c>: a mark to end the attempt even if processes are left that cannot be stopped.</summary>
    internal string GiveUp(TaskId id, int attempt) => Name(id, attempt, "giveup");

    /// <summary>The attempts of a task that have a log, in ascending order.</summary>
    public IReadOnlyList<int> Attempts(TaskId id) =>
        !Directory.Exists(LogDirectory)
            ? []
            : [.. Directory.EnumerateFiles(LogDirectory, string.Create(CultureInfo.InvariantCulture, $"{id.Value}.*.log"))
                .Select(AttemptOf).OfType<int>().Order()];

    /// <summary>The log of the latest attempt; <see langword="null"/> if there is none.</summary>
    public string? LatestLog(TaskId id) => Attempts(id) is [.., var last] ? Log(id, last) : null;

    /// <summary>Deletes all files of a task. A running command continues, and its output is lost.</summary>
    /// <returns>The number of bytes freed.</returns>
    public long Delete(TaskId id)
    {
        if (!Directory.Exists(LogDirectory))
        {
            return 0;
        }

        var freed = 0L;
        foreach (var file in new DirectoryInfo(LogDirectory).EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"{id.Value}.*.*")))
        {
            freed += file.Length;
            file.Delete();
        }

        return freed;
    }

    /// <summary>Deletes a file that may not exist, in a directory that may not exist.</summary>
    internal static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Without the directory there is no file.
        }
    }

    /// <summary>Creates a directory that only its owner can read.</summary>
    internal static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static int? AttemptOf(string path) =>
        Path.GetFileName(path).Split('.') is [_, var attempt, _] && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private string Name(TaskId id, int attempt, string kind) =>
        Path.Combine(LogDirectory, string.Create(CultureInfo.InvariantCulture, $"{id.Value}.{attempt}.{kind}"));
}
