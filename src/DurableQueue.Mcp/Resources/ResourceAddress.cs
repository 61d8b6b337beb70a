using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableQueue.Mcp.Resources;

/// <summary>The address of a task, <c>dq://task/17</c>, or of its log, <c>dq://task/17/log</c>.</summary>
internal sealed partial record ResourceAddress(TaskId Id, bool IsLog)
{
    public const string TaskTemplate = "dq://task/{id}";
    public const string LogTemplate = "dq://task/{id}/log";

    /// <returns><see langword="null"/> if it is neither.</returns>
    public static ResourceAddress? Read(string? uri) =>
        uri is not null && Form().Match(uri) is { Success: true } match && long.TryParse(match.Groups["id"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new ResourceAddress(new TaskId(id), match.Groups["log"].Success)
            : null;

    public override string ToString() => IsLog ? $"dq://task/{Id}/log" : $"dq://task/{Id}";

    [GeneratedRegex(@"^dq://task/(?<id>[0-9]{1,19})(?<log>/log)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
