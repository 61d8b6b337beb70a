using System.Text.Json;
using DurableQueue.Processes;

namespace DurableQueue.Cli.Tasks;

/// <summary>Reads what a list shows from a payload and skips the environment, which is the largest part.</summary>
internal static class CommandSummary
{
    /// <returns><see langword="null"/> if it is not the payload of a command.</returns>
    public static CommandTask? Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var json = new Utf8JsonReader(payload.Span);
            return json.Read() && json.TokenType == JsonTokenType.StartObject ? ReadObject(ref json) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static CommandTask ReadObject(ref Utf8JsonReader json)
    {
        var command = new CommandTask();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            switch (name)
            {
                case "commandLine":
                    command = command with { CommandLine = json.GetString() };
                    break;
                case "workingDirectory":
                    command = command with { WorkingDirectory = json.GetString() };
                    break;
                case "separateErrors":
                    command = command with { SeparateErrors = json.GetBoolean() };
                    break;
                case "arguments" when json.TokenType == JsonTokenType.StartArray:
                    command = command with { Arguments = ReadTexts(ref json) };
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return command;
    }

    private static List<string> ReadTexts(ref Utf8JsonReader json)
    {
        var texts = new List<string>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(json.GetString() ?? "");
        }

        return texts;
    }
}
