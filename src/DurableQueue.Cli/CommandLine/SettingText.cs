using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using DurableQueue.Queueing;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Writes the values of settings: as JSON, and as they stand in a file.</summary>
internal static class SettingText
{

    /// <summary>TOML; no value is <c>"none"</c>. A list or a text is written as in JSON.</summary>
    public static string Of(object? value) => value switch
    {
        null => "\"none\"",
        bool isOn => isOn ? "true" : "false",
        int or long => $"{value}",
        TimeSpan span => Quote(Of(span)),
        IReadOnlyDictionary<string, int> numbers => numbers.Count == 0 ? "{}" : $"{{ {string.Join(", ", numbers.Select(each => $"{Key(each.Key)} = {each.Value}"))} }}",
        IEnumerable<Regex> patterns => $"[{string.Join(", ", patterns.Select(pattern => Quote($"{pattern}")))}]",
        IEnumerable<string> texts => $"[{string.Join(", ", texts.Select(Quote))}]",
        _ => Quote($"{value}"),
    };

    public static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case TimeSpan span:
                json.WriteNumberValue(span.TotalSeconds);
                break;
            case IReadOnlyDictionary<string, int> numbers:
                json.WriteStartObject();
                foreach (var (name, number) in numbers)
                {
                    json.WriteNumber(name, number);
                }

                json.WriteEndObject();
                break;
            case IEnumerable<Regex> patterns:
                JsonValues.Write(json, patterns.Select(pattern => $"{pattern}"));
                break;
            default:
                JsonValues.Write(json, value);
                break;
        }
    }

    /// <summary>Without parts that are zero: <c>1h30m</c>.</summary>
    public static string Of(TimeSpan span)
    {
        (int Number, string Unit)[] parts = [(span.Days, "d"), (span.Hours, "h"), (span.Minutes, "m"), (span.Seconds, "s"), (span.Milliseconds, "ms")];
        var text = string.Concat(parts.Where(part => part.Number > 0).Select(part => $"{part.Number}{part.Unit}"));
        return text.Length > 0 ? text : "0s";
    }

    private static string Key(string name) => name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') ? name : Quote(name);

    private static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}
