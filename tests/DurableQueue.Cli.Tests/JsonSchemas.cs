using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace DurableQueue.Cli.Tests;

/// <summary>
/// Checks JSON with the schema files of docs/schema: as much of JSON Schema as these use (type, enum, const, properties, required, additionalProperties, items,
/// anyOf, pattern, $ref into other files). A word that is not known here fails, so that a schema cannot promise what nobody checks.
/// </summary>
internal static class JsonSchemas
{
    private static readonly string[] Comments = ["$schema", "$id", "title", "description", "$defs"];

    public static JsonElement Check(string schema, DqResult result)
    {
        JsonElement json;
        try
        {
            json = result.Json;
        }
        catch (JsonException e)
        {
            Assert.Fail($"Standard output is not one JSON object: {e.Message}\n{result}");
            throw;
        }

        Check(schema, json);
        return json;
    }

    public static void Check(string schema, JsonElement json) => Check(schema, Read(schema), json);

    /// <summary>Checks JSON with a schema that is in no file.</summary>
    public static void Check(string name, JsonElement schema, JsonElement json)
    {
        var problems = new List<string>();
        Validate(schema, name, json, "$", problems);
        Assert.True(problems.Count == 0, $"{name}:\n{string.Join('\n', problems)}\n{json}");
    }

    private static JsonElement Read(string name) =>
        JsonDocument.Parse(File.ReadAllText(RepositoryRoot.File("docs", "schema", $"{name}.schema.json"))).RootElement;

    private static void Validate(JsonElement schema, string file, JsonElement value, string path, List<string> problems)
    {
        foreach (var rule in schema.EnumerateObject())
        {
            switch (rule.Name)
            {
                case "$ref":
                    var (target, targetFile) = Resolve(rule.Value.GetString()!, file);
                    Validate(target, targetFile, value, path, problems);
                    break;
                case "type":
                    var types = rule.Value.ValueKind == JsonValueKind.Array ? rule.Value.EnumerateArray().Select(type => type.GetString()!).ToArray() : [rule.Value.GetString()!];
                    Require(types.Any(type => IsType(value, type)), $"{path} is {value.ValueKind}, not {string.Join(" or ", types)}", problems);
                    break;
                case "enum":
                    Require(rule.Value.EnumerateArray().Any(allowed => allowed.GetRawText() == value.GetRawText()), $"{path} is {value}", problems);
                    break;
                case "const":
                    Require(rule.Value.GetRawText() == value.GetRawText(), $"{path} is {value}, not {rule.Value}", problems);
                    break;
                case "pattern" when value.ValueKind == JsonValueKind.String:
                    Require(Regex.IsMatch(value.GetString()!, rule.Value.GetString()!), $"{path} is {value}", problems);
                    break;
                case "pattern":
                    break;
                case "required":
                    foreach (var name in rule.Value.EnumerateArray().Select(name => name.GetString()!))
                    {
                        Require(value.ValueKind != JsonValueKind.Object || value.TryGetProperty(name, out _), $"{path}.{name} is missing", problems);
                    }

                    break;
                case "properties":
                    foreach (var property in rule.Value.EnumerateObject())
                    {
                        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(property.Name, out var member))
                        {
                            Validate(property.Value, file, member, $"{path}.{property.Name}", problems);
                        }
                    }

                    break;
                case "additionalProperties":
                    ValidateOthers(schema, rule.Value, file, value, path, problems);
                    break;
                case "items":
                    if (value.ValueKind == JsonValueKind.Array)
                    {
                        foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index)))
                        {
                            Validate(rule.Value, file, item, $"{path}[{index}]", problems);
                        }
                    }

                    break;
                case "anyOf":
                    Require(rule.Value.EnumerateArray().Any(branch => Fits(branch, file, value)), $"{path} fits none of several", problems);
                    break;
                default:
                    Require(Comments.Contains(rule.Name), $"the schema says '{rule.Name}', which is not checked", problems);
                    break;
            }
        }
    }

    private static void ValidateOthers(JsonElement schema, JsonElement others, string file, JsonElement value, string path, List<string> problems)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var known) && known.TryGetProperty(member.Name, out _))
            {
                continue;
            }

            if (others.ValueKind == JsonValueKind.False)
            {
                problems.Add($"{path}.{member.Name} is not in the schema");
            }
            else
            {
                Validate(others, file, member.Value, $"{path}.{member.Name}", problems);
            }
        }
    }

    private static bool Fits(JsonElement schema, string file, JsonElement value)
    {
        var problems = new List<string>();
        Validate(schema, file, value, "$", problems);
        return problems.Count == 0;
    }

    private static (JsonElement Schema, string File) Resolve(string reference, string file)
    {
        var parts = reference.Split('#');
        var name = parts[0].Length > 0 ? parts[0][..parts[0].IndexOf('.', StringComparison.Ordinal)] : file;
        var schema = Read(name);
        foreach (var step in (parts.Length > 1 ? parts[1] : "").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            schema = schema.GetProperty(step);
        }

        return (schema, name);
    }

    private static bool IsType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => false,
    };

    private static void Require(bool holds, string problem, List<string> problems)
    {
        if (!holds)
        {
            problems.Add(problem);
        }
    }
}
