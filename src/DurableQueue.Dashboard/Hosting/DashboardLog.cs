using Microsoft.Extensions.Logging;

namespace DurableQueue.Dashboard.Hosting;

internal static partial class DashboardLog
{
    [LoggerMessage(1, LogLevel.Error, "The call {Method} {Path} of the dashboard failed.")]
    public static partial void CallFailed(this ILogger log, Exception error, string method, string path);
}
