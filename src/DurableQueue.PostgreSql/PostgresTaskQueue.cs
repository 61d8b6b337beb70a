using DurableQueue.PostgreSql;
using DurableQueue.Queueing;
using DurableQueue.Storage;
using Npgsql;

namespace DurableQueue;

/// <summary>
/// A queue in a schema of a PostgreSQL database, version 15 or newer. Any number of processes on any number of hosts may open it. Open it once per process and
/// share it: it is thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// Every call is one transaction on the server, and holds the queue's lock only inside of it: a client that stops or is cut off in a call stops nobody. When a
/// call fails with <see cref="QueueStorageError.Unavailable"/>, the connection was lost, and whether the call had its effect is not known; of an enqueue with
/// <see cref="NewTask.DedupKey"/>, or of a completion, the same call can be made again.
/// </para>
/// <para>
/// Dependencies, approvals, budgets, schedules, notifications, routing, adopted types, and enqueues in transactions of the application are not supported
/// yet: calls that ask for them throw a <see cref="NotSupportedException"/> and change nothing.
/// </para>
/// </remarks>
public sealed class PostgresTaskQueue : TaskQueue
{
    internal PostgresTaskQueue(string schema, ITaskStore store, QueueSettings settings)
        : base(store, settings) => Schema = schema;

    /// <summary>The schema of the queue.</summary>
    public string Schema { get; }

    /// <summary>
    /// Opens the queue in a database. The schema is created if it doesn't exist, which needs the right to create it; an older one is migrated by its owner.
    /// </summary>
    /// <param name="source">The connections. They are not closed with the queue.</param>
    /// <param name="options">How to open it; <see langword="null"/> means the defaults.</param>
    /// <param name="cancellationToken">Cancels the call only before the server is reached.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="QueueStorageException">
    /// The server can't be reached, refuses the login, is older than version 15 or read-only, a right is missing, or the schema was migrated by a newer version
    /// of the library.
    /// </exception>
    public static ValueTask<PostgresTaskQueue> OpenAsync(
        NpgsqlDataSource source, PostgresQueueOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return PostgresOpening.RunAsync(source, owned: false, options ?? new PostgresQueueOptions(), QueueWiring.None, cancellationToken);
    }

    /// <summary>The same with connections of the queue's own, which are closed with it.</summary>
    /// <param name="connectionString">
    /// A connection string of Npgsql. Passwords are better left to a password file (<c>Passfile</c>) or the environment; no error or log entry repeats them.
    /// </param>
    /// <param name="options">How to open it; <see langword="null"/> means the defaults.</param>
    /// <param name="cancellationToken">Cancels the call only before the server is reached.</param>
    /// <exception cref="ArgumentException"><paramref name="connectionString"/> is not a connection string, or an option is out of range.</exception>
    /// <exception cref="QueueStorageException">As for the other overload.</exception>
    public static ValueTask<PostgresTaskQueue> OpenAsync(
        string connectionString, PostgresQueueOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(connectionString, options ?? new PostgresQueueOptions(), QueueWiring.None, cancellationToken);

    /// <summary>The same for a host.</summary>
    internal static ValueTask<PostgresTaskQueue> OpenAsync(
        string connectionString, PostgresQueueOptions options, QueueWiring wiring, CancellationToken cancellationToken)
    {
        PostgresQueueOptionsRules.Check(options);
        return PostgresOpening.RunAsync(PostgresOpening.CreateSource(connectionString, options.LoggerFactory), owned: true, options, wiring, cancellationToken);
    }

    /// <summary>The same for a host that has connections.</summary>
    internal static ValueTask<PostgresTaskQueue> OpenAsync(
        NpgsqlDataSource source, PostgresQueueOptions options, QueueWiring wiring, CancellationToken cancellationToken) =>
        PostgresOpening.RunAsync(source, owned: false, options, wiring, cancellationToken);
}
