using System.Globalization;

namespace DurableQueue;

/// <summary>Reads times of day such as <c>09:00</c>.</summary>
internal static class ClockTime
{
    private static readonly string[] Formats = ["H:mm", "HH:mm", "HH:mm:ss"];

    /// <returns><see langword="null"/> if the text is something else.</returns>
    public static TimeOnly? Read(string text) =>
        TimeOnly.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock) ? clock : null;
}
