using DurableQueue.Groups;
using Microsoft.Extensions.Logging;

namespace DurableQueue;

/// <summary>Options of a queue in PostgreSQL.</summary>
public sealed record PostgresQueueOptions
{
    /// <summary>
    /// The schema that holds the queue's tables and functions, created if it doesn't exist: 1 to 63 lower-case letters, digits and underscores, not starting with
    /// a digit or <c>pg_</c>. The default is <c>durable_queue</c>. Each schema of a database is a queue of its own.
    /// </summary>
    public string Schema { get; init; } = "durable_queue";

    /// <summary>
    /// The clock for all times that the queue stores and compares. <see langword="null"/>, the default, means the clock of the database server, which all
    /// hosts share.
    /// </summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>
    /// Whether the open queue ends delays and reaps expired leases on a timer, and not only at each checkout. The default is <see langword="true"/>.
    /// </summary>
    public bool BackgroundSweeps { get; init; } = true;

    /// <summary>
    /// How often the queue looks for commits of other processes, in case a notification of the server was lost: 50 ms to 1 min. The default is 1 s.
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The maximum size of a payload in bytes, 0 to 256 MiB. The default is 16 MiB.</summary>
    public int MaxPayloadBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The maximum size of a result or checkpoint in bytes, 0 to 256 MiB. The default is 16 MiB.</summary>
    public int MaxResultBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The logger factory of the queue; <see langword="null"/> means no logging.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The limits of groups that this queue creates without being told one; none by default.</summary>
    internal NewGroupLimits NewGroups { get; init; } = NewGroupLimits.None;
}
