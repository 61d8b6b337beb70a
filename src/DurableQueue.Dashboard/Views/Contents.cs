using System.Text.Json;
using System.Text.Unicode;
using Encoding = System.Text.Encoding;

namespace DurableQueue.Dashboard.Views;

/// <summary>Shows payloads, results and arguments: never the values of a command's environment, and of the rest what the application allows.</summary>
internal sealed class Contents(string queue, DashboardOptions options, bool mayView)
{
    /// <summary>What a page shows of one; the rest can be downloaded.</summary>
    private const int MostShown = 256 * 1024;

    /// <summary>The text instead of a value that is never shown.</summary>
    public const string Mask = "***";

    public bool MayView => mayView;

    public ContentView View(string taskType, DashboardPayloadKind kind, ReadOnlyMemory<byte> bytes)
    {
        var hidden = new ContentView { Kind = "hidden", Size = bytes.Length, Truncated = false };
        if (!mayView)
        {
            return hidden;
        }

        if (!Utf8.IsValid(bytes.Span))
        {
            return options.Redact is null ? hidden with { Kind = "binary" } : hidden;
        }

        if (Show(taskType, kind, Encoding.UTF8.GetString(bytes.Span)) is not { } text)
        {
            return hidden;
        }

        var shown = text.Length <= MostShown ? text : Text.Cut(text, MostShown);
        return hidden with { Kind = IsJson(text) ? "json" : "text", Text = shown, Truncated = shown.Length != text.Length };
    }

    /// <summary>The bytes of a download.</summary>
    /// <returns><see langword="null"/> if they are hidden.</returns>
    public byte[]? Download(string taskType, DashboardPayloadKind kind, ReadOnlyMemory<byte> bytes)
    {
        if (!Utf8.IsValid(bytes.Span))
        {
            return options.Redact is null ? bytes.ToArray() : null;
        }

        return Show(taskType, kind, Encoding.UTF8.GetString(bytes.Span)) is { } text ? Encoding.UTF8.GetBytes(text) : null;
    }

    /// <summary>What a command runs; <see langword="null"/> if the task is none, or the viewer may not see it.</summary>
    public CommandView? Command(string taskType, ReadOnlyMemory<byte> payload)
    {
        if (!mayView || taskType != PayloadText.Command.Type || View(taskType, DashboardPayloadKind.Payload, payload) is not { Kind: "json", Truncated: false, Text: { } text })
        {
            return null;
        }

        using var json = JsonDocument.Parse(text);
        if (json.RootElement.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string? line = null, directory = null;
        string[]? arguments = null, environment = null;
        foreach (var property in json.RootElement.EnumerateObject())
        {
            switch (property.Name.ToUpperInvariant())
            {
                case "COMMANDLINE" when property.Value.ValueKind == JsonValueKind.String:
                    line = property.Value.GetString();
                    break;
                case "WORKINGDIRECTORY" when property.Value.ValueKind == JsonValueKind.String:
                    directory = property.Value.GetString();
                    break;
                case "ARGUMENTS" when property.Value.ValueKind == JsonValueKind.Array:
                    arguments = [.. property.Value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText())];
                    break;
                case "ENVIRONMENT" when property.Value.ValueKind == JsonValueKind.Object:
                    environment = [.. property.Value.EnumerateObject().Select(variable => variable.Name)];
                    break;
                default:
                    break;
            }
        }

        return new CommandView { Line = line, Args = arguments, Directory = directory, EnvironmentNames = environment };
    }

    private string? Show(string taskType, DashboardPayloadKind kind, string text)
    {
        if (taskType == PayloadText.Command.Type && kind != DashboardPayloadKind.Result)
        {
            text = HideEnvironment(text);
        }

        if (options.Redact is not { } redact)
        {
            return text;
        }

        try
        {
            return redact(new DashboardPayload(queue, taskType, kind, text));
        }
#pragma warning disable CA1031 // Whatever is wrong with it: what it would have hidden is not shown.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private static string HideEnvironment(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.EnumerateObject().Any(IsEnvironment))
            {
                return text;
            }

            using var written = new MemoryStream();
            using (var writer = new Utf8JsonWriter(written))
            {
                writer.WriteStartObject();
                foreach (var property in json.RootElement.EnumerateObject())
                {
                    if (IsEnvironment(property))
                    {
                        WriteNames(writer, property);
                    }
                    else
                    {
                        property.WriteTo(writer);
                    }
                }

                writer.WriteEndObject();
            }

            return Encoding.UTF8.GetString(written.GetBuffer(), 0, (int)written.Length);
        }
        catch (JsonException)
        {
            // Not a command that could run. Whether a part of it is an environment cannot be told.
            return Mask;
        }
    }

    private static bool IsEnvironment(JsonProperty property) => property.Name.Equals("environment", StringComparison.OrdinalIgnoreCase);

    private static void WriteNames(Utf8JsonWriter writer, JsonProperty environment)
    {
        if (environment.Value.ValueKind != JsonValueKind.Object)
        {
            writer.WriteString(environment.Name, Mask);
            return;
        }

        writer.WriteStartObject(environment.Name);
        foreach (var variable in environment.Value.EnumerateObject())
        {
            writer.WriteString(variable.Name, Mask);
        }

        writer.WriteEndObject();
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
