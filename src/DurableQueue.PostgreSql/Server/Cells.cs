using Npgsql;

namespace DurableQueue.PostgreSql;

/// <summary>The columns of one row, taken one after the other.</summary>
internal sealed class Cells(NpgsqlDataReader reader)
{
    private int next;

    /// <summary>Goes to the first column of the row that was just read.</summary>
    public Cells First()
    {
        next = 0;
        return this;
    }

    public long Long() => reader.GetInt64(next++);

    public long? NullableLong() => Take(reader.GetInt64);

    public int Int() => reader.GetInt32(next++);

    public int? NullableInt() => Take(reader.GetInt32);

    public short Short() => reader.GetInt16(next++);

    public short? NullableShort() => Take(reader.GetInt16);

    public bool Bool() => reader.GetBoolean(next++);

    public double? NullableDouble() => Take(reader.GetDouble);

    public string Text() => reader.GetString(next++);

    public string? NullableText() => TakeObject(reader.GetString);

    public byte[]? NullableBytes() => TakeObject(reader.GetFieldValue<byte[]>);

    public T? NullableArray<T>()
        where T : class => TakeObject(reader.GetFieldValue<T>);

    /// <summary>A whole number, a text, or nothing.</summary>
    public object? Key()
    {
        var value = reader.GetValue(next++);
        return value switch
        {
            DBNull => null,
            string text => text,
            _ => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    private T? Take<T>(Func<int, T> read)
        where T : struct
    {
        var column = next++;
        return reader.IsDBNull(column) ? null : read(column);
    }

    private T? TakeObject<T>(Func<int, T> read)
        where T : class
    {
        var column = next++;
        return reader.IsDBNull(column) ? null : read(column);
    }
}
