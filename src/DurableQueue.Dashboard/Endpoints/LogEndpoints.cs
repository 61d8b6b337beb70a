using DurableQueue.Dashboard.Inputs;
using DurableQueue.Dashboard.Views;
using Microsoft.AspNetCore.Http;
using Encoding = System.Text.Encoding;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Logs of commands, read in parts: a page follows one, whatever its size.</summary>
internal static class LogEndpoints
{
    private const int UsualPart = 64 * 1024;
    private const int LargestPart = 512 * 1024;

    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Get("tasks/{id}/log", DashboardPermission.ViewLogs, ReadAsync),
        ApiEndpoint.Get("tasks/{id}/log/raw", DashboardPermission.ViewLogs, DownloadAsync),
    ];

    /// <returns><see langword="null"/> if the viewer may not see it, or the task has none.</returns>
    public static async ValueTask<LogSummary?> SummaryAsync(ApiCall call, TaskInfo task)
    {
        if (call.Source.Logs is not { } logs || task.Type != Commands.TypeName || !await call.MayAsync(DashboardPermission.ViewLogs).ConfigureAwait(false))
        {
            return null;
        }

        var log = await logs.FindAsync(task.Id, cancellationToken: call.Aborted).ConfigureAwait(false);
        return log.Status == TaskLogStatus.NoLog ? null : new LogSummary(log.Status == TaskLogStatus.Present, log.Status == TaskLogStatus.Present ? log.Size : null);
    }

    private static async Task ReadAsync(ApiCall call)
    {
        // A part of fewer than four bytes may have no whole character, and would never get on.
        var (from, max) = (From(call), call.Number("max", UsualPart, 4, LargestPart));
        var (logs, log) = await FindAsync(call).ConfigureAwait(false);
        if (log.Status != TaskLogStatus.Present)
        {
            await call.AnswerAsync(
                new LogView { Text = "", From = 0, Next = 0, Size = 0, Ended = log.Ended, Source = log.Host is { } host ? $"elsewhere: {host}" : log.Missing },
                ViewJson.Default.LogView).ConfigureAwait(false);
            return;
        }

        var part = (await logs.ReadAsync(log, from, max, call.Aborted).ConfigureAwait(false)).ToWholeCharacters();
        await call.AnswerAsync(
            new LogView { Text = Encoding.UTF8.GetString(part.Bytes.Span), From = part.From, Next = part.Next, Size = part.Size, Ended = part.Ended },
            ViewJson.Default.LogView).ConfigureAwait(false);
    }

    private static async Task DownloadAsync(ApiCall call)
    {
        var (logs, log) = await FindAsync(call).ConfigureAwait(false);
        if (log.Status != TaskLogStatus.Present)
        {
            throw new ApiProblemException(StatusCodes.Status404NotFound, log.Missing ?? $"Task {log.Id} has no log here.");
        }

        var response = call.Http.Response;
        response.ContentType = "application/octet-stream";
        response.Headers.ContentDisposition = $"attachment; filename=\"task-{log.Id}-{log.Attempt}.log\"";
        for (var from = 0L; from < log.Size;)
        {
            var part = await logs.ReadAsync(log, from, LargestPart, call.Aborted).ConfigureAwait(false);
            if (part.Bytes.IsEmpty)
            {
                break;
            }

            await response.Body.WriteAsync(part.Bytes, call.Aborted).ConfigureAwait(false);
            from = part.Next;
        }
    }

    private static async ValueTask<(ITaskLogs Logs, TaskLog Log)> FindAsync(ApiCall call)
    {
        var logs = call.Source.Logs ?? throw new ApiProblemException(StatusCodes.Status404NotFound, "This application reads no logs: it has neither AddCommands nor AddCommandLogs.");
        int? attempt = call.Query("attempt") is null ? null : call.Number("attempt", 1, 1, int.MaxValue);
        var stream = Word.Read("stream", call.Query("stream"), TaskLogStream.Output);
        return (logs, await logs.FindAsync(call.TaskId, attempt, stream, call.Aborted).ConfigureAwait(false));
    }

    private static long From(ApiCall call)
    {
        if (call.Query("from") is not { } text)
        {
            return -UsualPart;
        }

        return long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var from)
            ? from
            : throw ApiProblemException.BadInput("from", $"from is '{text}', but must be a number of bytes.");
    }
}
