using DurableQueue.Queueing;
using DurableQueue.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace DurableQueue.PostgreSql;

/// <summary>Opens a queue in PostgreSQL, and puts it together.</summary>
internal static class PostgresOpening
{
    /// <summary>Makes a pool of connections that the queue closes.</summary>
    /// <exception cref="ArgumentException">The text is not a connection string. The message does not repeat any of it: it may contain a password.</exception>
    public static NpgsqlDataSource CreateSource(string connectionString, ILoggerFactory? loggerFactory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        NpgsqlDataSourceBuilder builder;
        try
        {
            builder = new NpgsqlDataSourceBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            // Without the cause: it may quote a part of the text.
            throw new ArgumentException("The text is not a connection string of Npgsql, such as 'Host=db;Database=app;Username=worker'.", nameof(connectionString));
        }

        var settings = builder.ConnectionStringBuilder;
        if (string.IsNullOrEmpty(settings.Host))
        {
            throw new ArgumentException("The connection string does not name a host.", nameof(connectionString));
        }

        settings.ApplicationName ??= "DurableQueue";
        if (settings.MaxAutoPrepare == 0)
        {
            // The statements of a queue are few, and are sent again and again.
            settings.MaxAutoPrepare = 50;
            settings.AutoPrepareMinUsages = 2;
        }

        builder.UseLoggerFactory(loggerFactory);
        return builder.Build();
    }

    public static async ValueTask<PostgresTaskQueue> RunAsync(
        NpgsqlDataSource source, bool owned, PostgresQueueOptions options, QueueWiring wiring, CancellationToken cancellationToken)
    {
        PostgresQueueOptionsRules.Check(options);
        cancellationToken.ThrowIfCancellationRequested();
        var dispatcher = new Dispatcher();
        var database = new Database(source, new SchemaSql(options.Schema), owned);
        try
        {
            var serverClock = new ServerClock(TimeProvider.System);
            await PrepareAsync(database, serverClock, cancellationToken).ConfigureAwait(false);
            var settings = new QueueSettings
            {
                Time = dispatcher.Over(options.TimeProvider ?? serverClock),
                Dispatcher = dispatcher,
                Logger = options.LoggerFactory?.CreateLogger<PostgresTaskQueue>() ?? (ILogger)NullLogger.Instance,
                Metrics = new QueueMetrics(options.Schema),
                MaxPayloadBytes = options.MaxPayloadBytes,
                MaxResultBytes = options.MaxResultBytes,
                BackgroundSweeps = options.BackgroundSweeps,
                Types = wiring.Types,
            };
            var queue = new PostgresTaskQueue(options.Schema, wiring.Apply(new PostgresTaskStore(database, serverClock, options, settings)), settings);
            queue.Start();
            return queue;
        }
        catch
        {
            database.Dispose();
            dispatcher.Dispose();
            throw;
        }
    }

    private static async Task PrepareAsync(Database database, ServerClock clock, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                await Migrations.ApplyAsync(connection, database.Sql).ConfigureAwait(false);
                await clock.MeasureAsync(connection, database.Sql).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (PostgresErrors.IsStorage(e))
        {
            throw PostgresErrors.ToQueueError("The queue can't be opened", e);
        }
    }
}
