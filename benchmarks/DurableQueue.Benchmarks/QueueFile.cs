namespace DurableQueue.Benchmarks;

/// <summary>A queue in a directory of its own, gone after use.</summary>
internal sealed class QueueFile : IAsyncDisposable
{
    public const int Callers = 64;
    private static readonly byte[] Payload = new byte[100];
    private static readonly CheckoutRequest Request = new() { Worker = "benchmark" };
    private readonly string directory;

    private QueueFile(string directory, ITaskQueue queue)
    {
        this.directory = directory;
        Queue = queue;
    }

    public static NewTask Task { get; } = new("work", Payload);

    public ITaskQueue Queue { get; }

    public string Path => System.IO.Path.Combine(directory, "queue.db");

    public static async Task<QueueFile> CreateAsync()
    {
        var directory = Directory.CreateTempSubdirectory("durable-queue-benchmark-").FullName;
        return new QueueFile(directory, await SqliteTaskQueue.OpenAsync(System.IO.Path.Combine(directory, "queue.db")));
    }

    public async Task CheckoutAndCompleteAsync()
    {
        var task = await Queue.CheckoutAsync(Request) ?? throw new InvalidOperationException("Nothing was ready.");
        if (!await Queue.CompleteAsync(task.Lease))
        {
            throw new InvalidOperationException("The lease was lost.");
        }
    }

    public async Task LiveAsync()
    {
        await Queue.EnqueueAsync(Task);
        await CheckoutAndCompleteAsync();
    }

    /// <summary>Enqueues tasks in lists of 10,000.</summary>
    public async Task FillAsync(int count)
    {
        for (var left = count; left > 0; left -= 10_000)
        {
            await Queue.EnqueueAsync([.. Enumerable.Repeat(Task, Math.Min(left, 10_000))]);
        }
    }

    /// <summary>Works off whatever is ready.</summary>
    public async Task DrainAsync()
    {
        while (await Queue.CheckoutAsync(Request, 1_000) is { Count: > 0 } tasks)
        {
            await System.Threading.Tasks.Task.WhenAll(tasks.Select(task => Queue.CompleteAsync(task.Lease).AsTask()));
        }
    }

    /// <summary>Runs an operation from 64 callers at once, each of them one after the other.</summary>
    public static Task FromManyCallersAsync(int timesEach, Func<Task> operation) => System.Threading.Tasks.Task.WhenAll(
        Enumerable.Range(0, Callers).Select(_ => System.Threading.Tasks.Task.Run(async () =>
        {
            for (var time = 0; time < timesEach; time++)
            {
                await operation();
            }
        })));

    public async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
