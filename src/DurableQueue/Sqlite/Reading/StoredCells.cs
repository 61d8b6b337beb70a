using System.Data;
using SQLitePCL;

namespace DurableQueue.Sqlite;

/// <summary>
/// The columns of one row, taken one after the other. A NULL is no value where there may be none, and else 0 or false, as for the columns of a row that was
/// joined and is not there.
/// </summary>
internal sealed class StoredCells(Statement statement)
{
    private int next;

    public StoredCells First()
    {
        next = 0;
        return this;
    }

    public long Long() => NullableLong() ?? 0;

    public long? NullableLong() => Find(raw.SQLITE_INTEGER) is { } column ? statement.Long(column) : null;

    public int Int() => checked((int)Long());

    public int? NullableInt() => NullableLong() is { } value ? checked((int)value) : null;

    public bool Bool() => Long() != 0;

    public double? NullableDouble() => statement.TypeOf(next) == raw.SQLITE_INTEGER ? NullableLong() : Find(raw.SQLITE_FLOAT) is { } column ? statement.Double(column) : null;

    public string Text() => NullableText() ?? throw Unexpected(next - 1);

    public string? NullableText() => Find(raw.SQLITE_TEXT) is { } column ? statement.NullableText(column) : null;

    public byte[]? NullableBytes() => Find(raw.SQLITE_BLOB) is { } column ? statement.Blob(column) : null;

    /// <summary>A whole number, a text, or nothing.</summary>
    public object? Key() => statement.TypeOf(next) == raw.SQLITE_TEXT ? NullableText() : NullableLong();

    /// <summary>Six columns, in the order of the record.</summary>
    public QueuedCounts Queued() => new(Long(), Long(), Long(), Long(), Long(), Long());

    private int? Find(int type)
    {
        var column = next++;
        var found = statement.TypeOf(column);
        return found == type ? column : found == raw.SQLITE_NULL ? null : throw Unexpected(column);
    }

    private DataException Unexpected(int column) => new($"the column {statement.NameOf(column)} has a value of another type");
}
