using System.Globalization;

namespace DurableQueue.Queueing;

/// <summary>
/// Distinguishes the equal requests of one run: <c>=NAME</c> with the key that the handler gave, or <c>#N</c> for the Nth equal call of the attempt.
/// </summary>
internal static class ApprovalKeys
{
    public const char Named = '=';

    public static string Of(ApprovalOptions options) => options.Key is { } key
        ? $"{Named}{Check.Text(key, nameof(options.Key), Limits.ApprovalKeyLength, 1)}"
        : string.Create(CultureInfo.InvariantCulture, $"#{options.Call}");
}
