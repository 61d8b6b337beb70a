using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace DurableQueue.PostgreSql;

/// <summary>Binds parameters by their place. Each has its type, also where its value is NULL.</summary>
internal static class Parameters
{
    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, long? value) => parameters.With(NpgsqlDbType.Bigint, value);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, int? value) => parameters.With(NpgsqlDbType.Integer, value);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, short? value) => parameters.With(NpgsqlDbType.Smallint, value);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, bool? value) => parameters.With(NpgsqlDbType.Boolean, value);

    public static NpgsqlParameterCollection WithDouble(this NpgsqlParameterCollection parameters, double value) => parameters.With(NpgsqlDbType.Double, value);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, string? value) => parameters.With(NpgsqlDbType.Text, value);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, byte[]? value) => parameters.With(NpgsqlDbType.Bytea, value);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, Array? value, NpgsqlDbType element) =>
        parameters.With(NpgsqlDbType.Array | element, value);

    /// <summary>Bytes as they are stored; nothing for none.</summary>
    public static byte[]? Stored(this ReadOnlyMemory<byte> bytes) => bytes.IsEmpty ? null : bytes.Whole();

    /// <summary>The array itself where the memory is all of it.</summary>
    public static byte[] Whole(this ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : bytes.ToArray();

    private static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, NpgsqlDbType type, object? value)
    {
        parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
        return parameters;
    }
}
