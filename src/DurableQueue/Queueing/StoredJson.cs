using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableQueue.Queueing;

/// <summary>The two settings that are kept as JSON text beside a task.</summary>
internal static class StoredJson
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>().AsReadOnly();

    public static string? Write(IReadOnlyDictionary<string, string>? metadata) =>
        metadata is null or { Count: 0 }
            ? null
            : JsonSerializer.Serialize(new Dictionary<string, string>(metadata), StoredJsonContext.Default.DictionaryStringString);

    public static IReadOnlyDictionary<string, string> ReadMetadata(string? json) =>
        json is null ? NoMetadata : JsonSerializer.Deserialize(json, StoredJsonContext.Default.DictionaryStringString) ?? NoMetadata;

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
        InitialDelay = TimeSpan.FromMilliseconds(InitialDelayMs),
        Factor = Factor,
        MaxDelay = TimeSpan.FromMilliseconds(MaxDelayMs),
        Jitter = Jitter,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(StoredRetry))]
internal sealed partial class StoredJsonContext : JsonSerializerContext;
