namespace DurableQueue;

/// <summary>Describes the worker of a checkout, and which tasks it takes.</summary>
public sealed record CheckoutRequest
{
    /// <summary>The default of <see cref="LeaseDuration"/>: 300 seconds.</summary>
    public static readonly TimeSpan DefaultLeaseDuration = TimeSpan.FromSeconds(300);

    /// <summary>The name of the worker, recorded with the attempt; 1 to 256 characters.</summary>
    public required string Worker { get; init; }

    /// <summary>The groups to take tasks from; <see langword="null"/> means all. Groups that don't exist are ignored.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>The types of tasks to take; <see langword="null"/> means all.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>
    /// Types whose work continues without its worker, such as processes of their own. Their attempts are never reaped: when the worker has ended or
    /// the lease has expired, they wait for <see cref="ITaskQueue.TakeOverAsync(CheckoutRequest, int, CancellationToken)"/>. None by default.
    /// </summary>
    public IReadOnlyList<string>? AdoptedTypes { get; init; }

    /// <summary>
    /// How many tasks the worker runs at once, at least 1. It is only recorded, in <see cref="WorkerInfo.Capacity"/>, and limits nothing.
    /// <see langword="null"/>, the default, means unknown.
    /// </summary>
    public int? Capacity { get; init; }

    /// <summary>
    /// How long a lease lasts without a heartbeat, 100 ms to 24 h. The default is 300 s. <see cref="NewTask.LeaseDuration"/> takes precedence.
    /// </summary>
    public TimeSpan LeaseDuration { get; init; } = DefaultLeaseDuration;
}
