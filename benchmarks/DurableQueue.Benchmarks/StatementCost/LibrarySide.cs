using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableQueue.Benchmarks.StatementCost;

/// <summary>
/// The queue, put together here so that its connection is known, and never started: nothing writes but the calls. 64 calls meet in one batch because
/// another holder has the file lock until all of them are listed, and the writer's turn never ends by its clock.
/// </summary>
internal sealed class LibrarySide : ICostSide
{
    private readonly SqliteTaskQueue queue;
    private readonly FileLock holder;
    private readonly NewTask task;
    private readonly CheckoutRequest request = new() { Worker = "statement-cost" };
    private LeasedTask[] leased = [];

    public LibrarySide(string path, SqliteQueueOptions options, byte[] payload)
    {
        task = new NewTask("work", payload);
        SQLitePCL.Batteries_V2.Init();
        var file = new Sqlite.QueueFile(path, options);
        file.Create();
        var fileLock = new FileLock(file.Paths.Lock);
        holder = new FileLock(file.Paths.Lock);
        var db = file.OpenWriter();
        Migrations.Apply(db);
        Connection = db.Handle.DangerousGetHandle();
        var presence = new FilePresence(file.Paths, fileLock, NullLogger.Instance);
        presence.Register();
        var dispatcher = new Dispatcher();
        var settings = new QueueSettings
        {
            Time = options.TimeProvider,
            Dispatcher = dispatcher,
            Logger = NullLogger.Instance,
            Metrics = new QueueMetrics("statement-cost"),
            MaxPayloadBytes = options.MaxPayloadBytes,
            MaxResultBytes = options.MaxResultBytes,
            BackgroundSweeps = options.BackgroundSweeps,
        };
        var store = new SqliteTaskStore(new OpenedFile(file, fileLock, presence, db, dispatcher), options, settings);
        queue = new SqliteTaskQueue(store, store, settings);
    }

    public string Name => "library";

    public nint Connection { get; }

    public async Task EnqueueListAsync(int count) => await queue.EnqueueAsync([.. Enumerable.Repeat(task, count)]);

    public Task EnqueueBatchAsync(int count) => InOneBatchAsync(Enumerable.Range(0, count), _ => queue.EnqueueAsync(task));

    public async Task ClaimAsync(int count)
    {
        var taken = await InOneBatchAsync(Enumerable.Range(0, count), _ => queue.CheckoutAsync(request));
        leased = [.. taken.Select(one => one ?? throw new InvalidOperationException("Too few were ready."))];
    }

    public async Task CompleteAsync()
    {
        if ((await InOneBatchAsync(leased, one => queue.CompleteAsync(one.Lease))).Contains(false))
        {
            throw new InvalidOperationException("A lease was lost.");
        }
    }

    public void Dispose()
    {
        queue.Dispose();
        holder.Dispose();
    }

    private async Task<TResult[]> InOneBatchAsync<T, TResult>(IEnumerable<T> items, Func<T, ValueTask<TResult>> call)
    {
        holder.Enter();
        var calls = items.Select(item => call(item).AsTask()).ToArray();
        holder.Exit();
        return await Task.WhenAll(calls);
    }
}
