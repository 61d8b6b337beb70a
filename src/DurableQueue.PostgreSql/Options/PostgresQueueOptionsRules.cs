using System.Buffers;

namespace DurableQueue.PostgreSql;

/// <summary>Validates the options of a queue in PostgreSQL.</summary>
internal static class PostgresQueueOptionsRules
{
    private const int MostBytes = 256 * 1024 * 1024;
    private const int LongestName = 63;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Returns a message for each option that is out of range.</summary>
    public static IEnumerable<string> Failures(PostgresQueueOptions options)
    {
        if (!IsSchema(options.Schema))
        {
            yield return
                $"Schema must have 1 to {LongestName} lower-case letters, digits and underscores, and not start with a digit or 'pg_'; it is '{options.Schema}'.";
        }

        if (options.PollInterval < TimeSpan.FromMilliseconds(50) || options.PollInterval > TimeSpan.FromMinutes(1))
        {
            yield return $"PollInterval must be between 50 ms and 1 min; it is {options.PollInterval}.";
        }

        if (options.MaxPayloadBytes is < 0 or > MostBytes)
        {
            yield return $"MaxPayloadBytes must be between 0 and {MostBytes}; it is {options.MaxPayloadBytes}.";
        }

        if (options.MaxResultBytes is < 0 or > MostBytes)
        {
            yield return $"MaxResultBytes must be between 0 and {MostBytes}; it is {options.MaxResultBytes}.";
        }
    }

    public static void Check(PostgresQueueOptions options)
    {
        var failures = string.Join(" ", Failures(options));
        if (failures.Length > 0)
        {
            throw new ArgumentException(failures, nameof(options));
        }
    }

    /// <summary>Whether the name is valid SQL without quotes.</summary>
    private static bool IsSchema(string? name) =>
        name is { Length: >= 1 and <= LongestName }
        && !char.IsAsciiDigit(name[0])
        && name.AsSpan().IndexOfAnyExcept(NameCharacters) < 0
        && !name.StartsWith("pg_", StringComparison.Ordinal);
}
