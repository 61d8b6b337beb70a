using Microsoft.Extensions.Logging;

namespace DurableQueue.Dashboard.Hosting;

internal static partial class DashboardLog
{
    [LoggerMessage(1, LogLevel.Error, "The call {Method} {Path} of the dashboard failed.")]
    public static partial void CallFailed(this ILogger log, Exception error, string method, string path);

    [LoggerMessage(2, LogLevel.Information, "{By} did {What} to {Target} in the queue {Queue}.")]
    public static partial void Changed(this ILogger log, string by, string what, string target, string queue);
}
