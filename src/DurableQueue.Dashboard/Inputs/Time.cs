namespace DurableQueue.Dashboard.Inputs;

internal static class Time
{
    /// <exception cref="InputException">It is not a time.</exception>
    public static DateTimeOffset Read(string field, string text) =>
        IsoTime.Read(text, TimeZoneInfo.Utc, out var time, out _) is { } reason
            ? throw new InputException(field, $"{field} is '{text}', but must be a time such as 2030-01-31T09:00:00Z: {reason}.")
            : time;
}
