namespace DurableQueue.Benchmarks.Throughput;

/// <summary>A path for a queue file, in a directory that is gone after use.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-throughput-");

    public string Path => System.IO.Path.Combine(directory.FullName, "queue.db");

    public void Dispose() => directory.Delete(recursive: true);
}
