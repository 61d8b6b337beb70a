using DurableQueue.PostgreSql.Hosting;
using Npgsql;

namespace DurableQueue;

/// <summary>Stores the queue of a host in PostgreSQL.</summary>
public static class PostgresQueueBuilderExtensions
{
    /// <summary>Stores the queue in a PostgreSQL database, in a schema of its own that is created if it doesn't exist.</summary>
    /// <param name="builder">The queue.</param>
    /// <param name="connectionString">A connection string of Npgsql.</param>
    /// <param name="configure">
    /// Changes the options, which already have the host's logging and the settings of <see cref="DurableQueueBuilder.Configure"/>: <c>o => o with { … }</c>.
    /// They are validated when the host starts.
    /// </param>
    public static DurableQueueBuilder UsePostgreSql(
        this DurableQueueBuilder builder, string connectionString, Func<PostgresQueueOptions, PostgresQueueOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return builder.UseStore(registration => new PostgresStore(
            registration,
            (options, wiring, cancellationToken) => PostgresTaskQueue.OpenAsync(connectionString, options, wiring, cancellationToken),
            configure));
    }

    /// <summary>Stores the queue in a PostgreSQL database, in a schema of its own that is created if it doesn't exist.</summary>
    /// <param name="builder">The queue.</param>
    /// <param name="source">The connections. They are not closed with the queue.</param>
    /// <param name="configure">
    /// Changes the options, which already have the host's logging and the settings of <see cref="DurableQueueBuilder.Configure"/>: <c>o => o with { … }</c>.
    /// They are validated when the host starts.
    /// </param>
    public static DurableQueueBuilder UsePostgreSql(
        this DurableQueueBuilder builder, NpgsqlDataSource source, Func<PostgresQueueOptions, PostgresQueueOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        return builder.UseStore(registration => new PostgresStore(
            registration, (options, wiring, cancellationToken) => PostgresTaskQueue.OpenAsync(source, options, wiring, cancellationToken), configure));
    }
}
