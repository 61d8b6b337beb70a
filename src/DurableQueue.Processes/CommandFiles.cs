using System.Globalization;
using DurableQueue.Sqlite;

namespace DurableQueue.Processes;

/// <summary>Where the commands of a queue leave their output and their records: a directory beside the queue file, readable for its owner only.</summary>
/// <remarks>A retry in place begins with attempt 1 again: its files replace those of the earlier attempt 1.</remarks>
public sealed class CommandFiles
{
    /// <summary>The files of the queue in this file.</summary>
    /// <param name="queuePath">The queue file.</param>
    /// <param name="directory">Where they are; <see langword="null"/> (default) means <c>&lt;queue&gt;.logs</c> beside the queue file.</param>
    public CommandFiles(string queuePath, string? directory = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queuePath);
        var paths = new QueuePaths(queuePath);
        QueuePath = paths.File;
        LogDirectory = directory is null ? paths.CommandLogs : RealPath.Of(directory);
        HasOwnDirectory = directory is not null;
    }

    /// <summary>The queue file, as an absolute path without symbolic links.</summary>
    public string QueuePath { get; }

    /// <summary>The directory, as an absolute path without symbolic links: whoever looks for what a command left running finds it by this name.</summary>
    public string LogDirectory { get; }

    /// <summary>The directory was chosen, and is not the one beside the queue file.</summary>
    internal bool HasOwnDirectory { get; }

    /// <summary><c>&lt;id&gt;.&lt;attempt&gt;.log</c>: standard output and, unless it is apart, standard error.</summary>
    public string Log(TaskId id, int attempt) => Name(id, attempt, "log");

    /// <summary><c>&lt;id&gt;.&lt;attempt&gt;.err</c>: standard error, where <see cref="CommandTask.SeparateErrors"/> asks for it.</summary>
    public string ErrorLog(TaskId id, int attempt) => Name(id, attempt, "err");

    /// <summary><c>&lt;id&gt;.&lt;attempt&gt;.run</c>: who runs it, and how it ended; written by the supervisor.</summary>
    public string Run(TaskId id, int attempt) => Name(id, attempt, "run");

    /// <summary><c>&lt;id&gt;.&lt;attempt&gt;.in</c>: the pipe that is its standard input, while it runs.</summary>
    public string Input(TaskId id, int attempt) => Name(id, attempt, "in");

    /// <summary><c>&lt;id&gt;.&lt;attempt&gt;.giveup</c>: the attempt is to end although processes are left that cannot be stopped.</summary>
    internal string GiveUp(TaskId id, int attempt) => Name(id, attempt, "giveup");

    /// <summary>The attempts of a task that have a log, rising.</summary>
    public IReadOnlyList<int> Attempts(TaskId id) =>
        !Directory.Exists(LogDirectory)
            ? []
            : [.. Directory.EnumerateFiles(LogDirectory, string.Create(CultureInfo.InvariantCulture, $"{id.Value}.*.log"))
                .Select(AttemptOf).OfType<int>().Order()];

    /// <summary>The log of the latest attempt; <see langword="null"/> if there is none.</summary>
    public string? LatestLog(TaskId id) => Attempts(id) is [.., var last] ? Log(id, last) : null;

    /// <summary>Deletes every file of a task. What still runs goes on, its output is lost.</summary>
    /// <returns>How many bytes were freed.</returns>
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

    /// <summary>Deletes a file that may be gone, or its directory with it.</summary>
    internal static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Then it is gone too.
        }
    }

    /// <summary>Readable for its owner only.</summary>
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
