using DurableQueue.Groups;
using DurableQueue.Sqlite;
using Microsoft.Extensions.Logging;

namespace DurableQueue;

/// <summary>Options of a queue in a SQLite file.</summary>
public sealed record SqliteQueueOptions
{
    /// <summary>What a write survives once the call has returned. The default is <see cref="Durability.Full"/>.</summary>
    public Durability Durability { get; init; } = Durability.Full;

    /// <summary>
    /// Whether a checkout is synced to disk before it is answered. The default is <see langword="true"/>. With <see langword="false"/>, a handler starts
    /// one sync earlier; everything else is still synced, and syncs the checkouts before it, too. Has no effect with <see cref="Durability.Normal"/> or
    /// on systems other than Linux.
    /// </summary>
    /// <remarks>
    /// A power loss, or a crash of the operating system, can then forget checkouts of the last second: such a task is queued again as if it had never been
    /// checked out, although its handler may have run. The attempt is not counted, so a handler that brings the machine down within a second of its start is
    /// tried again without end. The fencing token of a forgotten checkout is never given again. A crash of the process forgets nothing. Checkouts are
    /// still synced while budgets are in use, and where they do more than claim tasks. With <see cref="BackgroundSweeps"/> off, nothing syncs a
    /// checkout before the next write.
    /// </remarks>
    public bool SyncCheckouts { get; init; } = true;

    /// <summary>
    /// How long a call waits for other processes before it fails with <see cref="QueueStorageError.Busy"/>, in real time: 1 ms to 1 h. The default is 30 s.
    /// </summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock for all times that the queue stores and compares. The default is <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Whether the open queue ends delays, reaps expired leases and fires schedules on a timer, and not only at each checkout. The default is
    /// <see langword="true"/>.
    /// </summary>
    public bool BackgroundSweeps { get; init; } = true;

    /// <summary>The maximum size of a payload in bytes, 0 to 256 MiB. The default is 16 MiB.</summary>
    public int MaxPayloadBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The maximum size of a result or checkpoint in bytes, 0 to 256 MiB. The default is 16 MiB.</summary>
    public int MaxResultBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many notifications are kept, 1 to 10,000,000. A new one deletes the oldest. The default is 10,000.</summary>
    public int MaxNotifications { get; init; } = 10_000;

    /// <summary>The maximum number of connections that read at the same time, 1 to 64. The default is 4.</summary>
    public int MaxReaders { get; init; } = 4;

    /// <summary>
    /// Whether the queue may be stored in the database of an application, beside the application's own tables. The default is
    /// <see langword="false"/>: such a file is refused. The database must exist, use a write-ahead log (<c>PRAGMA journal_mode = WAL</c>) and store
    /// text as UTF-8; SQLite must be 3.51.3 or newer.
    /// </summary>
    /// <remarks>
    /// The first open creates the queue's tables, with the <see cref="TablePrefix"/>, in one transaction. The application's tables, <c>application_id</c>,
    /// <c>user_version</c>, page size and journal mode are not changed. A database that already contains a queue can be opened with or without this option.
    /// </remarks>
    public bool AdoptExisting { get; init; }

    /// <summary>
    /// The prefix of the queue's tables in the database of an application: 1 to 32 letters, digits and underscores, not starting with a digit or
    /// <c>sqlite_</c>. The default is <c>dq_</c>. Nothing else in the database may have a name with this prefix.
    /// </summary>
    /// <remarks>Used only with <see cref="AdoptExisting"/>: without it, the prefix is found in the database. It can't be changed later.</remarks>
    public string TablePrefix { get; init; } = "dq_";

    /// <summary>The logger factory of the queue; <see langword="null"/> means no logging.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The limits of groups that this queue creates without being told one, and of <c>default</c> in a file that it creates; none by default.</summary>
    internal NewGroupLimits NewGroups { get; init; } = NewGroupLimits.None;

    /// <summary>The clock by which the writer limits its batches: real time, except in tests of single batches, which must not depend on speed.</summary>
    internal TimeProvider TurnClock { get; init; } = TimeProvider.System;

    /// <summary>How commits of others are noticed: the defaults, except in tests of one of the ways.</summary>
    internal CommitPolling CommitPolling { get; init; } = new();

    /// <summary>The boot of the operating system; <see langword="null"/>: the real one. Another one in tests stands for a restart.</summary>
    internal string? Boot { get; init; }

    /// <summary>The name under which requests are recorded unless a call gives one; <see langword="null"/>: they are not.</summary>
    internal string? RequestedBy { get; init; }
}
