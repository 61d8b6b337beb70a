using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>Reads and shows caps: <c>100/1m</c>, <c>5usd/day</c>.</summary>
internal static partial class BudgetCaps
{
    /// <summary>Reads <c>100/1m</c>.</summary>
    /// <exception cref="FormatException">The text is not a rate.</exception>
    public static RateCap ReadRate(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var starts) && TimeText.TryParseDuration(parts[1], out var window)
            ? new RateCap(starts, window)
            : throw new FormatException($"'{text}' is not a valid rate; write 100/1m for at most 100 starts per minute.");
    }

    /// <summary>Reads <c>5usd/day</c>.</summary>
    /// <exception cref="FormatException">The text is not a cost.</exception>
    public static CostText ReadCost(string text)
    {
        var match = CostPattern().Match(text);
        return match.Success && decimal.TryParse(match.Groups["amount"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            && (match.Groups["period"].Value is "day" or "month" || TimeText.TryParseDuration(match.Groups["period"].Value, out _))
                ? new CostText(amount, match.Groups["unit"].Value is { Length: > 0 } unit ? unit : Cost.DefaultUnit, match.Groups["period"].Value)
                : throw new FormatException($"'{text}' is not a valid cost; write 5usd/day, 100usd/month or 2.5usd/24h.");
    }

    /// <summary>Reads <c>0.05usd</c>.</summary>
    /// <exception cref="FormatException">The text is not an amount.</exception>
    public static Cost ReadAmount(string text)
    {
        var match = AmountPattern().Match(text);
        return match.Success && decimal.TryParse(match.Groups["amount"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            ? new Cost(amount, match.Groups["unit"].Value is { Length: > 0 } unit ? unit : Cost.DefaultUnit)
            : throw new FormatException($"'{text}' is not a valid amount; write 0.05usd, or 0.05 for {Cost.DefaultUnit}.");
    }

    /// <summary>What each attempt is expected to cost.</summary>
    public static Option<Cost?> Estimate() => new("--estimate")
    {
        Description = "What each attempt is expected to cost, such as 0.05usd; reserved in its budgets while it runs.",
        HelpName = "AMOUNT[UNIT]",
        CustomParser = result => Values.Read<Cost?>(result, text => ReadAmount(text)),
    };

    public static string Describe(RateCap? rate) => rate is null ? "" : $"{rate.Starts}/{Window(rate.Window)}";

    public static string Describe(CostCap? cost) => cost is null ? "" : Amount(cost.Amount, cost.Unit) + cost.Period switch
    {
        BudgetPeriod.Rolling => $"/{Window(cost.Window)}",
        BudgetPeriod.Day => cost.TimeZone == "UTC" ? "/day" : $"/day ({cost.TimeZone})",
        _ => cost.TimeZone == "UTC" ? "/month" : $"/month ({cost.TimeZone})",
    };

    public static string Amount(decimal amount, string? unit) => string.Create(CultureInfo.InvariantCulture, $"{amount:0.#########}{unit}");

    /// <summary>In the format in which it is typed: 90s, 1m, 24h.</summary>
    private static string Window(TimeSpan window) => window switch
    {
        _ when window.Ticks % TimeSpan.TicksPerHour == 0 => string.Create(CultureInfo.InvariantCulture, $"{window.TotalHours}h"),
        _ when window.Ticks % TimeSpan.TicksPerMinute == 0 => string.Create(CultureInfo.InvariantCulture, $"{window.TotalMinutes}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{window.TotalSeconds}s"),
    };

    // The unit may contain a slash; the last slash precedes the period.
    [GeneratedRegex(@"^(?<amount>\d+(\.\d+)?) ?(?<unit>[A-Za-z].*)?/(?<period>[^/]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex CostPattern();

    [GeneratedRegex(@"^(?<amount>\d+(\.\d+)?) ?(?<unit>[A-Za-z].*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex AmountPattern();

    /// <summary>A cost as it was typed.</summary>
    /// <param name="Amount">The amount.</param>
    /// <param name="Unit">The unit.</param>
    /// <param name="Period"><c>day</c>, <c>month</c> or a duration.</param>
    internal sealed record CostText(decimal Amount, string Unit, string Period)
    {
        public bool IsRolling => Period is not ("day" or "month");

        /// <param name="timeZone">The time zone of days and months.</param>
        public CostCap ToCap(string timeZone) => Period switch
        {
            "day" => CostCap.PerDay(Amount, Unit, timeZone),
            "month" => CostCap.PerMonth(Amount, Unit, timeZone),
            _ => CostCap.Per(TimeText.ParseDuration(Period), Amount, Unit),
        };
    }
}
