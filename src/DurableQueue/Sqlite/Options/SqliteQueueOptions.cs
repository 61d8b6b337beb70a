using Microsoft.Extensions.Logging;

namespace DurableQueue;

/// <summary>How a queue file is opened.</summary>
public sealed record SqliteQueueOptions
{
    /// <summary>What an acknowledged write survives. Default <see cref="Durability.Full"/>.</summary>
    public Durability Durability { get; init; } = Durability.Full;

    /// <summary>
    /// How long a call waits for other processes before it fails with <see cref="QueueStorageError.Busy"/>. Default 30 s; 1 ms to 1 h, real time.
    /// </summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of everything the queue stores and compares. Default <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Whether the open queue ends delays and takes back expired leases by timer, and not only at each checkout. Default true.</summary>
    public bool BackgroundSweeps { get; init; } = true;

    /// <summary>The largest payload, in bytes. Default 16 MiB; 0 to 256 MiB.</summary>
    public int MaxPayloadBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The largest result, in bytes. Default 16 MiB; 0 to 256 MiB.</summary>
    public int MaxResultBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many notifications are kept: raising one more deletes the oldest. Default 10,000; 1 to 10,000,000.</summary>
    public int MaxNotifications { get; init; } = 10_000;

    /// <summary>Connections that read at the same time. Default 4; 1 to 64.</summary>
    public int MaxReaders { get; init; } = 4;

    /// <summary>
    /// Whether the queue may be kept in the database of an application, beside the application's own tables. Default false: such a file is refused. The
    /// database must exist, use a write-ahead log (<c>PRAGMA journal_mode = WAL</c>) and store text as UTF-8; SQLite must be 3.51.3 or newer.
    /// </summary>
    /// <remarks>
    /// The first open creates the queue's tables, all or none, with <see cref="TablePrefix"/>. The application's tables, <c>application_id</c>,
    /// <c>user_version</c>, page size and journal mode stay as they are. A database that has taken a queue in is opened with or without this option.
    /// </remarks>
    public bool AdoptExisting { get; init; }

    /// <summary>
    /// What the names of the queue's tables begin with in the database of an application. Default <c>dq_</c>; 1 to 32 letters, digits and
    /// underscores, not beginning with a digit or <c>sqlite_</c>. Nothing else in the database may have a name that begins so.
    /// </summary>
    /// <remarks>Read only with <see cref="AdoptExisting"/>: without it, the prefix is found in the database. It cannot be changed afterwards.</remarks>
    public string TablePrefix { get; init; } = "dq_";

    /// <summary>Where the queue logs; <see langword="null"/> means nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>What the writer measures its turns by: real time, but in tests that are about one batch and must not depend on its speed.</summary>
    internal TimeProvider TurnClock { get; init; } = TimeProvider.System;
}
