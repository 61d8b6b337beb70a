using Npgsql;

namespace DurableQueue.PostgreSql.Tests.Races;

/// <summary>Several queues on one schema, each as a process of its own has one, and what a race does to their server.</summary>
internal sealed class RaceQueues : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;

    private RaceQueues(NpgsqlDataSource source, string schema) => (this.source, Schema) = (source, schema);

    public string Schema { get; }

    public ManualTimeProvider Time { get; } = new();

    public List<ITaskQueue> Queues { get; } = [];

    public static async Task<RaceQueues> OpenAsync(int count, NpgsqlDataSource? source = null, string? schema = null)
    {
        var race = new RaceQueues(source ?? PostgresFixture.Source, schema ?? TestServer.Shared.NewSchema());
        for (var number = 0; number < count; number++)
        {
            race.Queues.Add(await race.OpenOneAsync());
        }

        return race;
    }

    public async Task<ITaskQueue> OpenOneAsync() => await PostgresTaskQueue.OpenAsync(
        source, new PostgresQueueOptions { Schema = Schema, TimeProvider = Time, BackgroundSweeps = false });

    public async Task<int> RunAsync(string sql)
    {
        await using var command = source.CreateCommand(sql.Replace("durable_queue.", $"{Schema}.", StringComparison.Ordinal));
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var command = source.CreateCommand(sql.Replace("durable_queue.", $"{Schema}.", StringComparison.Ordinal));
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Makes a variant of a function that is broken, or slow where a race needs it.</summary>
    public async Task ChangeFunctionAsync(string name, string part, string other)
    {
        var definition = await ReadAsync<string>(
            $"SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = '{Schema}'::regnamespace AND p.proname = '{name}'");
        var changed = definition.Replace(part.Replace("durable_queue.", $"{Schema}.", StringComparison.Ordinal), other, StringComparison.Ordinal);
        Xunit.Assert.NotEqual(definition, changed);
        await RunAsync(changed);
    }

    /// <summary>Threads of their own, which block: no pool decides how they interleave.</summary>
    public static Task RunThreadsAsync(int count, Action<int> run) => Task.WhenAll(Enumerable.Range(0, count).Select(number =>
        Task.Factory.StartNew(() => run(number), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    public static T Run<T>(ValueTask<T> call) => call.AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in Queues)
        {
            await queue.DisposeAsync();
        }
    }
}
