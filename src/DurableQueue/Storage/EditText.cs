using System.Globalization;

namespace DurableQueue.Storage;

/// <summary>What a request changes, in words, for the record of requests. A payload is only named.</summary>
internal static class EditText
{
    private const int MostNamed = 20;

    public static string Of(TaskEdit edit)
    {
        string?[] parts =
        [
            edit.Priority is { } priority ? string.Create(CultureInfo.InvariantCulture, $"priority = {priority}") : null,
            edit.Group is { } group ? $"group = {group}" : null,
            edit.Label is { } label ? $"label = {label}" : null,
            edit.NotBefore is { } time ? $"not before = {time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}" : null,
            edit.MaxAttempts is { } attempts ? string.Create(CultureInfo.InvariantCulture, $"attempts = {attempts}") : null,
            edit.After is { } after ? (after.Count == 0 ? "no dependencies" : $"after = {string.Join(", ", after.Take(MostNamed).Select(task => task.On))}{(after.Count > MostNamed ? ", …" : "")}") : null,
            edit.Payload is null ? null : "payload",
        ];
        return string.Join(", ", parts.Where(part => part is not null));
    }

    public static string Of(GroupChange change) => string.Join(
        ", ",
        new[]
        {
            change.Parallelism is { } limit ? Parallelism(limit) : null,
            change.PauseOnFailure is { } pause ? $"pause on failure = {(pause ? "on" : "off")}" : null,
        }.Where(part => part is not null));

    public static string Parallelism(int limit) => string.Create(CultureInfo.InvariantCulture, $"parallelism = {limit}");
}
