using System.Globalization;
using System.Text.Json;

namespace DurableQueue.Dashboard.Views;

/// <summary>Values as the page reads them.</summary>
internal static class Text
{
    private const string Milliseconds = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(Milliseconds, CultureInfo.InvariantCulture);

    public static string? Time(DateTimeOffset? time) => time is { } known ? Time(known) : null;

    public static long? Duration(TimeSpan? duration) => duration is { } known ? (long)known.TotalMilliseconds : null;

    public static string Name<T>(T value)
        where T : struct, Enum =>
        JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>The first line, cut to a length.</summary>
    public static string? FirstLine(string? text, int characters)
    {
        if (text is null)
        {
            return null;
        }

        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return Cut(end < 0 ? text : text[..end], characters);
    }

    /// <summary>Cut to a length, with a mark, and never through a character.</summary>
    public static string Cut(string text, int characters)
    {
        if (text.Length <= characters)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[characters - 1]) ? characters - 1 : characters;
        return $"{text[..end]}…";
    }
}
