using System.Diagnostics;
using System.Globalization;

namespace NightShift;

/// <summary>Prints what happens, and when.</summary>
internal static class Output
{
    private static readonly long Start = Stopwatch.GetTimestamp();

    public static void Title(string text) => Console.WriteLine($"\n{text}");

    public static void Agent(string text) => Line("agent", text);

    public static void Operator(string text) => Line("operator", text);

    public static string Money(decimal? amount) => amount is { } value ? value.ToString("0.00", CultureInfo.InvariantCulture) : "-";

    public static string Time(DateTimeOffset? time) => time is { } value ? value.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "-";

    private static void Line(string who, string text) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(Start).TotalSeconds,6:F2} s  {who,-8}  {text}"));
}
