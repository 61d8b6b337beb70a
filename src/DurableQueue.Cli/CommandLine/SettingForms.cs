using System.Globalization;
using System.Text.RegularExpressions;
using DurableQueue.Queueing;
using Tomlyn.Model;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Reads the values of settings: TOML in a file, text in a variable.</summary>
internal static class SettingForms
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    public static bool Flag(object raw, SettingSource source) => raw switch
    {
        bool isOn => isOn,
        string text when source.IsVariable => text.ToUpperInvariant() switch
        {
            "1" or "TRUE" or "YES" or "ON" => true,
            "0" or "FALSE" or "NO" or "OFF" => false,
            _ => throw Wrong(),
        },
        _ => throw Wrong(),
    };

    /// <summary>A whole number of this range.</summary>
    public static Func<object, SettingSource, int> Number(int least, int most) => (raw, source) => ReadNumber(raw, source) is var number && number >= least && number <= most
        ? (int)number
        : throw Wrong();

    /// <summary>One of these words.</summary>
    public static Func<object, SettingSource, string> Word(params string[] words) => (raw, _) => raw is string text && words.Contains(text) ? text : throw Wrong();

    /// <summary>A duration, such as <c>10m</c>.</summary>
    public static TimeSpan Duration(object raw, SettingSource source) => TimeText.ParseDuration(raw as string ?? throw Wrong());

    /// <summary>A number of bytes, or a text such as <c>500M</c>.</summary>
    /// <param name="least">The smallest number; 0 is allowed in any case.</param>
    public static Func<object, SettingSource, long> Bytes(long least) => (raw, source) => (raw is long number ? number : Values.ReadBytes(raw as string ?? throw Wrong())) is var bytes
        && (bytes == 0 || bytes >= least) ? bytes : throw Wrong();

    /// <summary>A list of texts.</summary>
    /// <param name="read">Reads one of them.</param>
    public static Func<object, SettingSource, IReadOnlyList<T>> Texts<T>(Func<string, SettingSource, T> read) => (raw, source) => raw switch
    {
        TomlArray list when list.All(item => item is string) => [.. list.Cast<string>().Select(item => read(item, source))],
        string text when source.IsVariable =>
            [.. text.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(item => read(item, source))],
        _ => throw Wrong(),
    };

    /// <summary>A time up to a limit.</summary>
    public static Func<object, SettingSource, TimeSpan> DurationUpTo(TimeSpan most) => (raw, source) => Duration(raw, source) is var time && time <= most ? time : throw Wrong();

    /// <summary>An age of what is deleted: a number needs its unit, so that 30 days are not taken for 30 seconds.</summary>
    public static TimeSpan Age(object raw, SettingSource source) => raw is string text && !decimal.TryParse(text, CultureInfo.InvariantCulture, out _) ? Duration(text, source) : throw Wrong();

    /// <summary>A value, or the text <c>none</c>.</summary>
    public static Func<object, SettingSource, T?> OrNone<T>(Func<object, SettingSource, T> read)
        where T : struct => (raw, source) => raw is "none" ? null : read(raw, source);

    public static IReadOnlyDictionary<string, int> GroupLimits(object raw, SettingSource source)
    {
        var limit = Number(0, int.MaxValue);
        return (raw as TomlTable ?? throw Wrong()).ToDictionary(each => Group(each.Key, source), each => limit(each.Value, source));
    }

    public static string Group(object raw, SettingSource source)
    {
        try
        {
            return Check.Name(raw as string ?? throw Wrong(), "group");
        }
        catch (ArgumentException e)
        {
            throw new FormatException(Failures.MessageOf(e));
        }
    }

    public static Regex Pattern(string text, SettingSource source)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, MatchLimit);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message);
        }
    }

    private static long ReadNumber(object raw, SettingSource source) => raw switch
    {
        long number => number,
        string text when source.IsVariable && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Wrong(),
    };

    /// <summary>The setting itself says what is expected.</summary>
    private static FormatException Wrong() => new("");
}
