using DurableQueue.Storage;
using Microsoft.Extensions.Logging;

namespace DurableQueue.Queueing;

/// <summary>What the facades of a queue need beside its store.</summary>
internal sealed record QueueSettings
{
    /// <summary>The queue's clock, with timers that do not need the thread pool.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where those who wait continue. Its owner is the store.</summary>
    public required Dispatcher Dispatcher { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Shared with the store, which counts; the queue disposes them.</summary>
    public required QueueMetrics Metrics { get; init; }

    public required int MaxPayloadBytes { get; init; }

    public required int MaxResultBytes { get; init; }

    /// <summary>Who asks unless a call says so; <see langword="null"/>: nobody with a name.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Whether the queue sweeps at its deadlines by itself.</summary>
    public required bool BackgroundSweeps { get; init; }

    /// <summary>What the host's handlers tell of payloads and their tasks; <see langword="null"/>: no handlers are known.</summary>
    public ITaskTypes? Types { get; init; }
}
