using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue.Queueing;

/// <summary>
/// Reads and writes what is stored as JSON: settings of tasks and gates, and lists of names.
/// </summary>
internal static class StoredJson
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>().AsReadOnly();

    public static string? Write(IReadOnlyDictionary<string, string>? metadata) =>
        metadata is null or { Count: 0 }
            ? null
            : JsonSerializer.Serialize(new Dictionary<string, string>(metadata), StoredJsonContext.Default.DictionaryStringString);

    public static IReadOnlyDictionary<string, string> ReadMetadata(string? json) =>
        json is null ? NoMetadata : JsonSerializer.Deserialize(json, StoredJsonContext.Default.DictionaryStringString) ?? NoMetadata;

    public static string WriteTerms(ApprovalTerms terms) =>
        JsonSerializer.Serialize(
            new StoredTerms(terms.ExpiresAfter is { } expires ? Times.ToMs(expires) : null, terms.Approvers), StoredJsonContext.Default.StoredTerms);

    public static ApprovalTerms? ReadTerms(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, StoredJsonContext.Default.StoredTerms)?.ToTerms();

    public static string WriteNames(IReadOnlyList<string> names) => WriteList(names);

    public static IReadOnlyList<string> ReadNames(string json)
    {
        using var list = JsonDocument.Parse(json);
        return list.RootElement.ValueKind switch
        {
            JsonValueKind.Array => [.. list.RootElement.EnumerateArray().Select(ReadName)],
            JsonValueKind.Null => [],
            _ => throw NoList(),
        };
    }

    /// <summary>Writes a list for <c>json_each</c>.</summary>
    /// <typeparam name="T">Text, whole numbers, or lists of them.</typeparam>
    public static string WriteList<T>(IEnumerable<T> values)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written))
        {
            JsonValues.Write(json, values);
        }

        return Encoding.UTF8.GetString(written.WrittenSpan);
    }

    private static string ReadName(JsonElement name)
    {
        try
        {
            return name.ValueKind == JsonValueKind.String ? name.GetString()! : throw NoList();
        }
        catch (InvalidOperationException e)
        {
            // An escaped half of a surrogate pair.
            throw NoList(e);
        }
    }

    private static JsonException NoList(Exception? cause = null) => new("there is no list of names", cause);

    public static string? Write(RetryPolicy? policy) =>
        policy is null ? null : JsonSerializer.Serialize(StoredRetry.From(policy), StoredJsonContext.Default.StoredRetry);

    public static RetryPolicy? ReadRetry(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, StoredJsonContext.Default.StoredRetry)?.ToPolicy();
}

/// <summary>A retry policy in whole milliseconds.</summary>
internal sealed record StoredRetry(long InitialDelayMs, double Factor, long MaxDelayMs, double Jitter)
{
    public static StoredRetry From(RetryPolicy policy) =>
        new((long)policy.InitialDelay.TotalMilliseconds, policy.Factor, (long)policy.MaxDelay.TotalMilliseconds, policy.Jitter);

    public RetryPolicy ToPolicy() => new()
    {
        InitialDelay = Times.SpanFromMs(InitialDelayMs),
        Factor = Factor,
        MaxDelay = Times.SpanFromMs(MaxDelayMs),
        Jitter = Jitter,
    };
}

/// <summary>The terms of an approval, in whole milliseconds.</summary>
internal sealed record StoredTerms(long? ExpiresAfterMs = null, IReadOnlyList<string>? Approvers = null)
{
    public ApprovalTerms ToTerms() => new() { ExpiresAfter = ExpiresAfterMs is { } ms ? Times.SpanFromMs(ms) : null, Approvers = Approvers };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(StoredRetry))]
[JsonSerializable(typeof(StoredTerms))]
internal sealed partial class StoredJsonContext : JsonSerializerContext;
