using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace DurableQueue.Mcp.Calls;

/// <summary>The JSON Schema of a record, with the descriptions and limits that its attributes give.</summary>
internal static class ToolSchema
{
    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Complete };

    /// <summary>For parameters: what is not named is refused.</summary>
    public static JsonElement OfInput(JsonTypeInfo type)
    {
        var schema = type.GetJsonSchemaAsNode(Options).AsObject();

        // Some clients require it, also of a tool without parameters.
        schema.TryAdd("properties", new JsonObject());
        return Parse(schema);
    }

    /// <summary>For results: a later version may add to them.</summary>
    public static JsonElement OfResult(JsonTypeInfo type)
    {
        var schema = type.GetJsonSchemaAsNode(Options);
        Open(schema);
        return Parse(schema);
    }

    private static void Open(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Open(item);
            }
        }
        else if (node is JsonObject schema)
        {
            if (schema["additionalProperties"] is JsonValue)
            {
                schema.Remove("additionalProperties");
            }

            foreach (var (_, member) in schema)
            {
                Open(member);
            }
        }
    }

    private static JsonElement Parse(JsonNode schema)
    {
        using var document = JsonDocument.Parse(schema.ToJsonString());
        return document.RootElement.Clone();
    }

    private static JsonObject Complete(JsonSchemaExporterContext context, JsonNode node)
    {
        if (node is not JsonObject schema)
        {
            // Any value. Not every client knows the short form, which is true.
            schema = [];
        }

        WithoutNull(schema);
        foreach (var attribute in context.PropertyInfo?.AttributeProvider?.GetCustomAttributes(inherit: false) ?? [])
        {
            Add(schema, attribute);
        }

        return schema;
    }

    /// <summary>What is optional may be left out; a union with null says nothing more, and some clients cannot read it.</summary>
    private static void WithoutNull(JsonObject schema)
    {
        if (schema["type"] is JsonArray types)
        {
            foreach (var item in types.Where(item => item?.GetValue<string>() == "null").ToArray())
            {
                types.Remove(item);
            }

            if (types.Count == 1)
            {
                schema["type"] = types[0]!.GetValue<string>();
            }
        }

        if (schema["enum"] is JsonArray values)
        {
            values.Remove(null);
            schema["type"] = "string";
        }
    }

    private static void Add(JsonObject schema, object attribute)
    {
        switch (attribute)
        {
            case DescriptionAttribute description:
                schema["description"] = description.Description;
                break;
            case RangeAttribute range:
                schema["minimum"] = Convert.ToInt64(range.Minimum, CultureInfo.InvariantCulture);
                schema["maximum"] = Convert.ToInt64(range.Maximum, CultureInfo.InvariantCulture);
                break;
            case ItemCountAttribute count:
                schema["minItems"] = count.Least;
                schema["maxItems"] = count.Most;
                break;
            case AllowedValuesAttribute allowed:
                schema["enum"] = new JsonArray([.. allowed.Values.Select(value => JsonValue.Create((string)value!))]);
                break;
        }
    }
}
