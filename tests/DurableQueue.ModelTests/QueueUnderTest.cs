namespace DurableQueue.ModelTests;

/// <summary>A real queue in a directory of its own, in memory where the system has such a place: these tests are about answers, not about disks.</summary>
internal sealed class QueueUnderTest : IAsyncDisposable
{
    private const string InMemory = "/dev/shm";

    private readonly DirectoryInfo directory = Directory.Exists(InMemory)
        ? Directory.CreateDirectory(Path.Combine(InMemory, $"durable-queue-model-{Guid.NewGuid():N}"))
        : Directory.CreateTempSubdirectory("durable-queue-model-");

    private readonly List<ITaskQueue> open = [];

    private readonly SqliteQueueOptions options;

    private QueueUnderTest(SqliteQueueOptions options) => this.options = options;

    public ManualTimeProvider Time { get; } = new();

    /// <summary>The queue that the next calls go to.</summary>
    public ITaskQueue Tasks { get; private set; } = null!;

    /// <param name="options">Those of the queues, apart from what the tests need.</param>
    public static async Task<QueueUnderTest> CreateAsync(SqliteQueueOptions? options = null)
    {
        var queue = new QueueUnderTest(options ?? new SqliteQueueOptions { Durability = Durability.Normal });
        await queue.SwitchAsync();
        return queue;
    }

    /// <summary>Goes on with another queue on the same file, as another process would: what the one keeps in memory, the other has changed.</summary>
    public async Task SwitchAsync()
    {
        if (open.Count < 2)
        {
            open.Add(await SqliteTaskQueue.OpenAsync(
                Path.Combine(directory.FullName, "queue.db"),
                options with { BackgroundSweeps = false, TimeProvider = Time }));
        }

        Tasks = open[(open.IndexOf(Tasks) + 1) % open.Count];
    }

    /// <summary>The queues in turn, for calls at the same time.</summary>
    public QueueUnderTest ForCall(int number)
    {
        var other = (QueueUnderTest)MemberwiseClone();
        other.Tasks = open[number % open.Count];
        return other;
    }

    public async Task ReopenAsync()
    {
        await CloseAsync();
        await SwitchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        directory.Delete(recursive: true);
    }

    private async Task CloseAsync()
    {
        foreach (var queue in open)
        {
            await queue.DisposeAsync();
        }

        open.Clear();
    }
}
