using DurableQueue.Processes.Running;

namespace DurableQueue.Processes.Tests;

/// <summary>A folder with a queue file, for tests of what is kept beside it.</summary>
public abstract class FolderTest : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durablequeue-folder-");

    protected FolderTest()
    {
        File.WriteAllText(QueuePath, "");
        Files = new CommandFiles(QueuePath);
    }

    protected string QueuePath => In("queue.db");

    protected CommandFiles Files { get; }

    /// <summary>A run, to be changed by <c>with</c>.</summary>
    internal static RunHeader Run { get; } = new()
    {
        TaskId = new TaskId(1),
        EnqueuedAtMs = 2,
        Attempt = 1,
        AttemptToken = 1,
        StartedAtMs = 5,
        KillGraceMs = 6,
        ReportsSignals = true,
        BootId = "boot",
    };

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => directory.Delete(recursive: true);

    protected string In(string name) => Path.Combine(directory.FullName, name);

    /// <summary>Writes a record whose supervisor is in no list of processes.</summary>
    internal void WriteRecord(RunHeader run, string lines = "")
    {
        Directory.CreateDirectory(Files.LogDirectory);
        File.WriteAllText(Files.Run(run.TaskId, run.Attempt), $"{run} | 12 (sh) R 1 1 12 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0\n{lines}");
    }
}
