using System.Security.Cryptography;
using System.Text.Json;

namespace DurableQueue.Sqlite;

/// <summary>
/// The environments of commands: most are equal, and each is longer than all the rest of its task. They are cut out of the payloads and stored once.
/// What is left of a payload is JSON of its own; every read puts the payload together again.
/// </summary>
internal static class SharedParts
{
    /// <summary>The columns by which a payload is read whole; <c>b</c> is <c>task_body</c>.</summary>
    public const string Columns = 
        "b.shared_at AS SharedAt, CASE WHEN b.shared_id IS NOT NULL THEN (SELECT bytes FROM shared_part WHERE id = b.shared_id) END AS Shared";

    private const string CommandType = "command";
    private const string Select = "SELECT id FROM shared_part WHERE hash = @hash";
    private const string Insert = "INSERT INTO shared_part (hash, bytes) VALUES (@hash, @bytes) RETURNING id";
    private const string DeleteUnused = "DELETE FROM shared_part WHERE id = @id AND NOT EXISTS (SELECT 1 FROM task_body WHERE shared_id = @id)";

    /// <summary>What is shorter costs more to look up than to repeat.</summary>
    private const int Shortest = 512;

    /// <summary>Where the part of a payload is that other tasks may have too.</summary>
    /// <returns>An empty range if there is none.</returns>
    public static Range Find(string type, ReadOnlySpan<byte> payload)
    {
        if (type != CommandType || payload.Length < Shortest)
        {
            return default;
        }

        try
        {
            return FindEnvironment(payload);
        }
        catch (JsonException)
        {
            // It fails when it runs.
            return default;
        }
    }

    /// <summary>Stores a part, unless it is stored already.</summary>
    /// <returns>Its id.</returns>
    public static long Keep(WriteContext context, ReadOnlySpan<byte> part)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(part, hash);
        return context.Db[Select].Bind("@hash", (ReadOnlySpan<byte>)hash).Scalar()
            ?? context.Db[Insert].Bind("@hash", (ReadOnlySpan<byte>)hash).Bind("@bytes", part).Scalar()!.Value;
    }

    /// <summary>A task does not use a part any more: deletes it if no other task does.</summary>
    public static void Release(WriteContext context, long part) => context.Db[DeleteUnused].Bind("@id", part).Run();

    /// <summary>Puts a part back where it was cut out.</summary>
    public static byte[] Join(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> part, int at) => [.. payload[..at], .. part, .. payload[at..]];

    private static Range FindEnvironment(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return default;
        }

        var found = default(Range);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isEnvironment = reader.ValueTextEquals("environment"u8);
            reader.Read();
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (isEnvironment && end - start >= Shortest)
            {
                // With one of the commas beside it, so that what is left is JSON.
                found = end < payload.Length && payload[end] == ',' ? start..(end + 1) : payload[start - 1] == ',' ? (start - 1)..end : start..end;
            }
        }

        // Read to its end, because what is not JSON must be stored as it is.
        return reader.TokenType == JsonTokenType.EndObject && !reader.Read() ? found : default;
    }
}
