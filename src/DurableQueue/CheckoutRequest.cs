namespace DurableQueue;

/// <summary>Who asks for work, and for which.</summary>
public sealed record CheckoutRequest
{
    /// <summary>The lease that the design starts from.</summary>
    public static readonly TimeSpan DefaultLeaseDuration = TimeSpan.FromSeconds(300);

    /// <summary>Name of the worker, recorded with the attempt; 1 to 256 characters.</summary>
    public required string Worker { get; init; }

    /// <summary>The groups to take from; <see langword="null"/> means all. A group that does not exist has no tasks.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>The types to take; <see langword="null"/> means all.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>
    /// Types whose work goes on without its worker, such as processes of their own. Their attempts are never reaped: when the worker is gone or the
    /// lease has expired, they wait for <see cref="ITaskQueue.TakeOverAsync(CheckoutRequest, int, CancellationToken)"/>. Default none.
    /// </summary>
    public IReadOnlyList<string>? AdoptedTypes { get; init; }

    /// <summary>
    /// How many tasks the worker runs at once, recorded for others (<see cref="WorkerInfo.Capacity"/>); at least 1. It limits nothing.
    /// <see langword="null"/>, the default, means that it is not told.
    /// </summary>
    public int? Capacity { get; init; }

    /// <summary>How long the lease lasts without a heartbeat. Default 300 s; 100 ms to 24 h. <see cref="NewTask.LeaseDuration"/> comes first.</summary>
    public TimeSpan LeaseDuration { get; init; } = DefaultLeaseDuration;
}
