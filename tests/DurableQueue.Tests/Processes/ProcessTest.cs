using Xunit;

namespace DurableQueue.Tests.Processes;

/// <summary>
/// A test with a queue file and child processes of its own. These tests run one after the other and beside no others: they measure limits
/// and guard against hanging, which a machine busy with something else would blur.
/// </summary>
[Collection(nameof(ProcessTest))]
[CollectionDefinition(nameof(ProcessTest), DisableParallelization = true)]
public abstract class ProcessTest : IAsyncLifetime
{
    /// <summary>Long enough for a busy machine; whatever takes longer hangs.</summary>
    internal static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    private readonly string directory = Directory.CreateTempSubdirectory("durable-queue-").FullName;
    private readonly List<ChildProcess> children = [];

    protected string QueuePath => Path.Combine(directory, "queue.db");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var child in children)
        {
            await child.DisposeAsync();
        }

        Directory.Delete(directory, recursive: true);
    }

    protected async Task<TaskQueue> OpenAsync(SqliteQueueOptions? options = null) => await SqliteTaskQueue.OpenAsync(QueuePath, options);

    /// <summary>Starts a process on the queue file; it opens the file, says <c>ready</c> and waits for <see cref="ChildProcess.Go"/>.</summary>
    internal ChildProcess Start(string command, params string[] settings)
    {
        var child = ChildProcess.Start([command, $"db={QueuePath}", .. settings]);
        children.Add(child);
        return child;
    }

    /// <summary>As <see cref="Start"/>, through another program.</summary>
    internal ChildProcess StartThrough(IReadOnlyList<string> wrapper, string command, params string[] settings)
    {
        var child = ChildProcess.Start([command, $"db={QueuePath}", .. settings], wrapper);
        children.Add(child);
        return child;
    }

    /// <summary>Starts a process and lets it go as soon as it has opened the file.</summary>
    internal async Task<ChildProcess> StartAndGoAsync(string command, params string[] settings)
    {
        var child = Start(command, settings);
        await child.WaitForLineAsync("ready");
        child.Go();
        return child;
    }
}
