namespace DurableQueue;

/// <summary>
/// Selects notifications that meet all conditions. A list is met by any of its values. A property that is <see langword="null"/> is ignored.
/// </summary>
public sealed record NotificationQuery
{
    /// <summary>Those that this subscriber has not acknowledged.</summary>
    public string? Subscriber { get; init; }

    /// <summary>Those with a number greater than this. The default is 0.</summary>
    public long After { get; init; }

    /// <summary>Those about one of these tasks.</summary>
    public IReadOnlyList<TaskId>? Tasks { get; init; }

    /// <summary>Those about tasks that had one of these labels when the notification was raised.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Those about tasks that were in one of these groups when the notification was raised.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Those with one of these topics.</summary>
    public IReadOnlyList<string>? Topics { get; init; }

    /// <summary>
    /// Whether a read returns the newest that match, where more match than <see cref="Limit"/>. The default is <see langword="false"/>: the oldest.
    /// Either way, they are in order.
    /// </summary>
    public bool Newest { get; init; }

    /// <summary>The maximum number of notifications of a read, 1 to 10,000. The default is 100.</summary>
    public int Limit { get; init; } = 100;
}
