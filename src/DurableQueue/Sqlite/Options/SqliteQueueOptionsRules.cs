namespace DurableQueue.Sqlite;

/// <summary>Validates the options of a queue file.</summary>
internal static class SqliteQueueOptionsRules
{
    private const int MostBytes = 256 * 1024 * 1024;
    private const int MostNotifications = 10_000_000;
    private const int LongestPrefix = 32;

    /// <summary>Returns a message for each option that is out of range.</summary>
    public static IEnumerable<string> Failures(SqliteQueueOptions options)
    {
        if (!Enum.IsDefined(options.Durability))
        {
            yield return $"Durability must be Full or Normal; it is {options.Durability}.";
        }

        if (options.BusyTimeout < TimeSpan.FromMilliseconds(1) || options.BusyTimeout > TimeSpan.FromHours(1))
        {
            yield return $"BusyTimeout must be between 1 ms and 1 h; it is {options.BusyTimeout}.";
        }

        if (options.MaxPayloadBytes is < 0 or > MostBytes)
        {
            yield return $"MaxPayloadBytes must be between 0 and {MostBytes}; it is {options.MaxPayloadBytes}.";
        }

        if (options.MaxResultBytes is < 0 or > MostBytes)
        {
            yield return $"MaxResultBytes must be between 0 and {MostBytes}; it is {options.MaxResultBytes}.";
        }

        if (options.MaxNotifications is < 1 or > MostNotifications)
        {
            yield return $"MaxNotifications must be between 1 and {MostNotifications}; it is {options.MaxNotifications}.";
        }

        if (options.MaxReaders is < 1 or > 64)
        {
            yield return $"MaxReaders must be between 1 and 64; it is {options.MaxReaders}.";
        }

        if (!IsPrefix(options.TablePrefix))
        {
            yield return
                $"TablePrefix must have 1 to {LongestPrefix} letters, digits and underscores, and not start with a digit or 'sqlite_'; it is '{options.TablePrefix}'.";
        }

        if (options.TimeProvider is null)
        {
            yield return "TimeProvider must not be null.";
        }
    }

    /// <summary>Whether every name with this prefix is a valid SQL name without quotes.</summary>
    public static bool IsPrefix(string? prefix) =>
        prefix is { Length: >= 1 and <= LongestPrefix }
        && !char.IsAsciiDigit(prefix[0])
        && prefix.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')
        && !prefix.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase);

    public static void Check(SqliteQueueOptions options)
    {
        var failures = string.Join(" ", Failures(options));
        if (failures.Length > 0)
        {
            throw new ArgumentException(failures, nameof(options));
        }
    }
}
