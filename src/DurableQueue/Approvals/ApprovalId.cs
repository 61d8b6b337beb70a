using System.Globalization;
using System.Text.Json.Serialization;

namespace DurableQueue;

/// <summary>Names one request for an approval. Ids rise in the order of the requests and are never used twice.</summary>
/// <param name="Value">The number; 1 or more for every stored request.</param>
/// <remarks>
/// Text and JSON are the number alone: <c>42</c>, also as a key of a dictionary, as a route value or in a query string.
/// </remarks>
[JsonConverter(typeof(ApprovalIdJsonConverter))]
public readonly record struct ApprovalId(long Value) : ISpanParsable<ApprovalId>, ISpanFormattable
{
    /// <summary>Reads the number.</summary>
    /// <param name="s">Digits, perhaps with a sign; nothing around them.</param>
    /// <param name="provider">Not used: ids are the same in every culture.</param>
    /// <exception cref="FormatException">It is something else, or too large.</exception>
    public static ApprovalId Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static ApprovalId Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => new(IdJson.Parse(s, "an approval id"));

    /// <summary>Reads the number, if it is one.</summary>
    /// <param name="s">Digits, perhaps with a sign; nothing around them.</param>
    /// <param name="provider">Not used: ids are the same in every culture.</param>
    /// <param name="result">The id.</param>
    public static bool TryParse(string? s, IFormatProvider? provider, out ApprovalId result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out ApprovalId)"/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ApprovalId result)
    {
        var isId = IdJson.TryParse(s, out var value);
        result = new ApprovalId(value);
        return isId;
    }

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out ApprovalId)"/>
    public static bool TryParse(string? s, out ApprovalId result) => TryParse(s.AsSpan(), null, out result);

    /// <summary>The bare number, without culture.</summary>
    public override string ToString() => IdJson.Text(Value);

    /// <summary>The number in a format of numbers, such as <c>D8</c>; without one the bare number.</summary>
    /// <param name="format">As for <see cref="long"/>.</param>
    /// <param name="formatProvider">Used with a format only.</param>
    public string ToString(string? format, IFormatProvider? formatProvider = null) =>
        string.IsNullOrEmpty(format) ? ToString() : Value.ToString(format, formatProvider);

    /// <inheritdoc />
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        Value.TryFormat(destination, out charsWritten, format, format.IsEmpty ? CultureInfo.InvariantCulture : provider);
}
