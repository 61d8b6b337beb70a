using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableQueue.Schedules;

/// <summary>The interval <c>@every 1h30m</c>, which counts from an anchor regardless of clock changes.</summary>
internal sealed partial class EveryCadence(long everyMs, long anchorMs) : Cadence
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    public override long? Next(long afterMs) =>
        afterMs < anchorMs ? anchorMs : anchorMs + ((((afterMs - anchorMs) / everyMs) + 1) * everyMs);

    public override long OffsetMs(long ms) => 0;

    public override long Rebase(long ms, long oldOffsetMs) => ms;

    public override DateTimeOffset Show(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    public static bool IsEvery(string expression) => expression.TrimStart().StartsWith("@every", StringComparison.OrdinalIgnoreCase);

    /// <returns>Milliseconds.</returns>
    /// <exception cref="ArgumentException">The expression is not valid.</exception>
    public static long Parse(string expression)
    {
        var match = Pattern().Match(expression);
        var total = 0d;
        for (var part = 0; match.Success && part < match.Groups["n"].Captures.Count; part++)
        {
            var number = double.Parse(match.Groups["n"].Captures[part].Value, CultureInfo.InvariantCulture);
            total += number * char.ToLowerInvariant(match.Groups["u"].Captures[part].Value[0]) switch
            {
                'd' => 86_400_000d,
                'h' => 3_600_000d,
                'm' => 60_000d,
                _ => 1_000d,
            };
        }

        return match.Success && total >= Shortest.TotalMilliseconds && total <= Longest.TotalMilliseconds
            ? (long)total
            : throw new ArgumentException(
                $"The expression '{expression}' is not valid: @every takes days, hours, minutes and seconds, such as @every 1h30m, from 1 s to 365 d.",
                nameof(NewSchedule.Expression));
    }

    [GeneratedRegex(@"^\s*@every\s+((?<n>[0-9]{1,9})(?<u>[dhms]))+\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
