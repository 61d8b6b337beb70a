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

    /// <summary>Where the queue logs; <see langword="null"/> means nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>What the writer measures its turns by: real time, but in tests that are about one batch and must not depend on its speed.</summary>
    internal TimeProvider TurnClock { get; init; } = TimeProvider.System;
}
