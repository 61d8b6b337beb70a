using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableQueue.Peers;

internal sealed class DurableQueuePeer : IPeer
{
    public string Name => "DurableQueue";

    public int DefaultWorkers { get; } = new WorkerOptions().Concurrency;

    public Task<IPeerQueue> OpenAsync(string path, int workers, Runs runs)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableQueue(q => q.UseSqlite(path)
            .AddHandler("job", (ReadOnlyMemory<byte> payload, TaskContext context, CancellationToken cancellationToken) =>
            {
                runs.Add(int.Parse(payload.Span, CultureInfo.InvariantCulture));
                return Task.CompletedTask;
            })
            .AddWorker(w => w.Concurrency = workers));
        return Task.FromResult<IPeerQueue>(new Queue(builder.Build(), path));
    }

    private sealed class Queue(IHost host, string path) : IPeerQueue
    {
        private readonly ITaskQueue queue = host.Services.GetRequiredService<ITaskQueue>();

        public async Task EnqueueAsync(int number) => await queue.EnqueueAsync(new NewTask("job", Encoding.ASCII.GetBytes($"{number}")));

        public Task StartAsync() => host.StartAsync();

        /// <summary>The journal mode is the file's; <c>synchronous</c> is what the documentation of the default option says.</summary>
        public async Task<Durable> ReadSettingsAsync()
        {
            await using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadOnly");
            await connection.OpenAsync();
            await using var command = new SqliteCommand("PRAGMA journal_mode", connection);
            return new Durable((string)(await command.ExecuteScalarAsync())!, new SqliteQueueOptions().Durability == Durability.Full ? 2 : 1);
        }

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }
}
