using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DurableQueue;

/// <summary>Reads and writes payloads and results as JSON, with the contracts of the options. Reflection is used only if the options allow it.</summary>
internal static class ContractJson
{
    private const string Reason =
        "Where reflection-based JSON is disabled, as in every trimmed program, the options resolve no type, and the error says what to do.";

    /// <summary>The options that are used if none were given.</summary>
    public static JsonSerializerOptions Default
    {
        [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Reason)]
        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reason)]
        get => JsonSerializerOptions.Web;
    }

    /// <summary>Gives options without a resolver the default one, if reflection-based JSON is enabled.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Reason)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reason)]
    public static void Complete(JsonSerializerOptions options)
    {
        if (JsonSerializer.IsReflectionEnabledByDefault)
        {
            options.MakeReadOnly(populateMissingResolver: true);
        }
    }

    /// <exception cref="NotSupportedException">There is no contract for the type.</exception>
    public static JsonTypeInfo Find(Type type, JsonSerializerOptions options)
    {
        Complete(options);
        if (JsonSerializer.IsReflectionEnabledByDefault)
        {
            return options.GetTypeInfo(type);
        }

        return options.TypeInfoResolver is not null && options.TryGetTypeInfo(type, out var contract)
            ? contract
            : throw new NotSupportedException(
                $"Reflection-based JSON is disabled in this program, as in every trimmed one. Pass a source-generated context that includes {type} to UseJson(context).");
    }

    /// <exception cref="JsonException">The text is not JSON of this type.</exception>
    /// <exception cref="NotSupportedException">There is no contract for the type.</exception>
    public static object? Read(ReadOnlySpan<byte> json, Type type, JsonSerializerOptions options) => JsonSerializer.Deserialize(json, Find(type, options));

    /// <exception cref="JsonException">The value cannot be written.</exception>
    /// <exception cref="NotSupportedException">There is no contract for the type.</exception>
    public static byte[] Write(object? value, Type type, JsonSerializerOptions options) => JsonSerializer.SerializeToUtf8Bytes(value, Find(type, options));
}
