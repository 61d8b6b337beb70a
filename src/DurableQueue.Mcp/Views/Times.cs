using System.Globalization;

namespace DurableQueue.Mcp.Views;

/// <summary>Times and durations as they stand in results.</summary>
internal static class Times
{
    public static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string? Text(DateTimeOffset? time) => time is { } moment ? Text(moment) : null;

    public static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 3);
}
