using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Says what is wrong with a body in the words of the API: the serializer speaks of the types that it reads into.</summary>
internal static partial class BodyProblem
{
    public static ApiProblemException Of(JsonException error)
    {
        var field = error.Path is { } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : null;
        if (Missing().Match(error.Message) is { Success: true } missing)
        {
            var name = missing.Groups["name"].Value;
            return Create($"{name} is missing.", field is null ? name : $"{field}.{name}");
        }

        if (error.Message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return Create($"{field} is not known here.", field);
        }

        // The reader's own error is inside: the text is not JSON.
        return field is null || error.InnerException is JsonException
            ? Create($"The body is not a JSON object: line {error.LineNumber + 1}, column {error.BytePositionInLine + 1}.", null)
            : Create($"{field} has a value of another kind than it must.", field);
    }

    private static ApiProblemException Create(string detail, string? field) => new(StatusCodes.Status400BadRequest, detail) { Field = field };

    [GeneratedRegex(@"missing required properties including: '(?<name>\w+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Missing();
}
