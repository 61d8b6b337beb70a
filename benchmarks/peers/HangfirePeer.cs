using System.Collections.Concurrent;
using Hangfire;
using Hangfire.Storage.SQLite;

namespace DurableQueue.Peers;

/// <summary>Hangfire.Core with Hangfire.Storage.SQLite.</summary>
internal sealed class HangfirePeer : IPeer
{
    public string Name => "Hangfire";

    public int DefaultWorkers { get; } = new BackgroundJobServerOptions().WorkerCount;

    public Task<IPeerQueue> OpenAsync(string path, int workers, Runs runs) => Task.FromResult<IPeerQueue>(new Queue(path, workers, runs));

    private sealed class Queue : IPeerQueue
    {
        private readonly SQLiteStorage storage;
        private readonly BackgroundJobClient client;
        private readonly string path;
        private readonly int workers;
        private BackgroundJobServer? server;

        public Queue(string path, int workers, Runs runs)
        {
            this.path = path;
            this.workers = workers;
            storage = new SQLiteStorage(path);
            client = new BackgroundJobClient(storage);
            Job.RunsOf[path] = runs;
        }

        public Task EnqueueAsync(int number)
        {
            client.Enqueue(() => Job.Run(path, number));
            return Task.CompletedTask;
        }

        public Task StartAsync()
        {
            server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = workers }, storage);
            return Task.CompletedTask;
        }

        public Task<Durable> ReadSettingsAsync()
        {
            using var context = storage.CreateAndOpenConnection();
            return Task.FromResult(new Durable(
                context.Database.ExecuteScalar<string>("PRAGMA journal_mode"), context.Database.ExecuteScalar<int>("PRAGMA synchronous")));
        }

        public ValueTask DisposeAsync()
        {
            server?.Dispose();
            storage.Dispose();
            Job.RunsOf.TryRemove(path, out _);
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>The job of Hangfire, which calls a public method.</summary>
public static class Job
{
    internal static readonly ConcurrentDictionary<string, Runs> RunsOf = new();

    public static void Run(string path, int number) => RunsOf[path].Add(number);
}
