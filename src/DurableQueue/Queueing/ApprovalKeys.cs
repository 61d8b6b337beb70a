using System.Globalization;

namespace DurableQueue.Queueing;

/// <summary>What tells the equal requests of one run apart: <c>=NAME</c> as the handler named it, or <c>#N</c>, the Nth equal call of the attempt.</summary>
internal static class ApprovalKeys
{
    public const char Named = '=';

    public static string Of(ApprovalOptions options) => options.Key is { } key
        ? $"{Named}{Check.Text(key, nameof(options.Key), Limits.ApprovalKeyLength, 1)}"
        : string.Create(CultureInfo.InvariantCulture, $"#{options.Call}");
}
