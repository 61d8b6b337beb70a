using System.Globalization;
using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>Identifies one task of a queue. Ids rise in the order of enqueue and are never reused, not even after a prune.</summary>
/// <param name="Value">The number, at least 1 for every stored task.</param>
/// <remarks>
/// The text and JSON forms are the bare number, such as <c>42</c>, also as a dictionary key, as a route value and in a query string.
/// </remarks>
[JsonConverter(typeof(TaskIdJsonConverter))]
public readonly record struct TaskId(long Value) : IComparable<TaskId>, ISpanParsable<TaskId>, ISpanFormattable
{
    /// <summary>Parses an id.</summary>
    /// <param name="s">Digits with an optional sign, and nothing else.</param>
    /// <param name="provider">Not used: ids are the same in every culture.</param>
    /// <exception cref="FormatException"><paramref name="s"/> is not a number, or too large.</exception>
    public static TaskId Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static TaskId Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => new(IdJson.Parse(s, "a task id"));

    /// <summary>Parses an id, and reports whether that succeeded.</summary>
    /// <param name="s">Digits with an optional sign, and nothing else.</param>
    /// <param name="provider">Not used: ids are the same in every culture.</param>
    /// <param name="result">The id; the default value if <paramref name="s"/> is not a number.</param>
    public static bool TryParse(string? s, IFormatProvider? provider, out TaskId result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out TaskId)"/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out TaskId result)
    {
        var isId = IdJson.TryParse(s, out var value);
        result = new TaskId(value);
        return isId;
    }

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out TaskId)"/>
    public static bool TryParse(string? s, out TaskId result) => TryParse(s.AsSpan(), null, out result);

    /// <summary>Returns the bare number, in the invariant culture.</summary>
    public override string ToString() => IdJson.Text(Value);

    /// <summary>Formats the number.</summary>
    /// <param name="format">A numeric format of <see cref="long"/>, such as <c>D8</c>; <see langword="null"/> or empty for the bare number.</param>
    /// <param name="formatProvider">The culture; used only with a format.</param>
    public string ToString(string? format, IFormatProvider? formatProvider = null) =>
        string.IsNullOrEmpty(format) ? ToString() : Value.ToString(format, formatProvider);

    /// <inheritdoc />
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        Value.TryFormat(destination, out charsWritten, format, format.IsEmpty ? CultureInfo.InvariantCulture : provider);

    /// <inheritdoc />
    public int CompareTo(TaskId other) => Value.CompareTo(other.Value);

    /// <summary>Whether <paramref name="left"/> was enqueued before <paramref name="right"/>.</summary>
    public static bool operator <(TaskId left, TaskId right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> was enqueued after <paramref name="right"/>.</summary>
    public static bool operator >(TaskId left, TaskId right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> is <paramref name="right"/> or was enqueued before it.</summary>
    public static bool operator <=(TaskId left, TaskId right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> is <paramref name="right"/> or was enqueued after it.</summary>
    public static bool operator >=(TaskId left, TaskId right) => left.Value >= right.Value;
}
