using System.Text.Json;
using DurableQueue.Processes.Graphs;

namespace DurableQueue.Mcp.Calls;

/// <summary>Finds what is wrong with a value by its schema: as much of JSON Schema as <see cref="ToolSchema"/> writes.</summary>
/// <remarks>Messages name the parameter, and never quote a value: it may be one of an environment.</remarks>
internal static class SchemaCheck
{
    /// <param name="schema">The schema.</param>
    /// <param name="value">The value.</param>
    /// <param name="path">The name of the parameter, such as <c>tasks[0].label</c>; empty for all parameters together.</param>
    /// <returns>What is wrong, in a sentence; <see langword="null"/> if nothing is.</returns>
    public static string? FindProblem(JsonElement schema, JsonElement value, string path = "")
    {
        if (schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && !IsType(value, type.GetString()!))
        {
            return $"'{path}' must be {Words(type.GetString()!)}; it is {Words(value)}.";
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => FindInObject(schema, value, path),
            JsonValueKind.Array => FindInArray(schema, value, path),
            JsonValueKind.Number => FindInNumber(schema, value, path),
            JsonValueKind.String => FindInText(schema, value, path),
            _ => null,
        };
    }

    private static string? FindInObject(JsonElement schema, JsonElement value, string path)
    {
        var known = schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject().ToDictionary(item => item.Name, item => item.Value) : [];
        if (schema.TryGetProperty("required", out var required)
            && required.EnumerateArray().Select(name => name.GetString()!).FirstOrDefault(name => !IsGiven(value, name)) is { } missing)
        {
            return $"'{Join(path, missing)}' is required{(Describe(known[missing]) is { } description ? $": {description}" : ".")}";
        }

        schema.TryGetProperty("additionalProperties", out var others);
        foreach (var member in value.EnumerateObject())
        {
            if (known.GetValueOrDefault(member.Name) is { ValueKind: JsonValueKind.Object } rule)
            {
                if (IsGiven(value, member.Name) && FindProblem(rule, member.Value, Join(path, member.Name)) is { } problem)
                {
                    return problem;
                }
            }
            else if (others.ValueKind == JsonValueKind.False)
            {
                return Unknown(member.Name, [.. known.Keys], path);
            }
            else if (others.ValueKind == JsonValueKind.Object && FindProblem(others, member.Value, Join(path, member.Name)) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>A parameter that is null was not given.</summary>
    private static bool IsGiven(JsonElement value, string name) => value.TryGetProperty(name, out var given) && given.ValueKind != JsonValueKind.Null;

    private static string Unknown(string name, string[] known, string path)
    {
        var nearest = Suggestion.For(name, known) is { } word ? $" Did you mean '{word}'?" : "";
        var all = known.Length == 0 ? "There are none." : $"Known are {string.Join(", ", known)}.";
        return $"'{Join(path, name)}' is not a parameter.{nearest} {all}";
    }

    private static string? FindInArray(JsonElement schema, JsonElement value, string path)
    {
        var count = value.GetArrayLength();
        if (schema.TryGetProperty("minItems", out var least) && (count < least.GetInt32() || count > schema.GetProperty("maxItems").GetInt32()))
        {
            return $"'{path}' must have {least} to {schema.GetProperty("maxItems")} items; it has {count}.";
        }

        return schema.TryGetProperty("items", out var items)
            ? value.EnumerateArray().Select((item, index) => FindProblem(items, item, $"{path}[{index}]")).FirstOrDefault(problem => problem is not null)
            : null;
    }

    private static string? FindInNumber(JsonElement schema, JsonElement value, string path) =>
        schema.TryGetProperty("minimum", out var least) && (value.GetDouble() < least.GetDouble() || value.GetDouble() > schema.GetProperty("maximum").GetDouble())
            ? $"'{path}' must be {least} to {schema.GetProperty("maximum")}; it is {value}."
            : null;

    private static string? FindInText(JsonElement schema, JsonElement value, string path) =>
        schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(item => item.ValueEquals(value.GetString()))
            ? $"'{path}' must be one of {string.Join(", ", allowed.EnumerateArray())}."
            : null;

    private static string? Describe(JsonElement schema) => schema.TryGetProperty("description", out var text) ? text.GetString() : null;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static bool IsType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => value.ValueKind == JsonValueKind.Number,
    };

    private static string Words(string type) => type switch
    {
        "object" => "an object",
        "array" => "a list",
        "string" => "text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        _ => "a number",
    };

    private static string Words(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
