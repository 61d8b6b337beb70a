using System.Globalization;

namespace DurableQueue;

/// <summary>Identifies one task of a queue. Ids rise in the order of enqueue and are never used twice, also not after a prune.</summary>
/// <param name="Value">The number; 1 or more for every stored task.</param>
public readonly record struct TaskId(long Value) : IComparable<TaskId>
{
    /// <inheritdoc />
    public int CompareTo(TaskId other) => Value.CompareTo(other.Value);

    /// <summary>The bare number, without culture.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>True if <paramref name="left"/> was enqueued before <paramref name="right"/>.</summary>
    public static bool operator <(TaskId left, TaskId right) => left.Value < right.Value;

    /// <summary>True if <paramref name="left"/> was enqueued after <paramref name="right"/>.</summary>
    public static bool operator >(TaskId left, TaskId right) => left.Value > right.Value;

    /// <summary>True if <paramref name="left"/> is <paramref name="right"/> or was enqueued before it.</summary>
    public static bool operator <=(TaskId left, TaskId right) => left.Value <= right.Value;

    /// <summary>True if <paramref name="left"/> is <paramref name="right"/> or was enqueued after it.</summary>
    public static bool operator >=(TaskId left, TaskId right) => left.Value >= right.Value;
}
