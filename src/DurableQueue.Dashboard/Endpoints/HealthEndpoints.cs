using System.Globalization;
using DurableQueue.Dashboard.Inputs;
using DurableQueue.Dashboard.Views;
using DurableQueue.Hosting;
using Microsoft.AspNetCore.Http;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>How the queue is, and who asked for what.</summary>
internal static class HealthEndpoints
{
    private const int MostFindings = 200;
    private const int ActionPage = 200;
    private const int MostActions = 1_000;

    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Get("health", DashboardPermission.View, HealthAsync),
        ApiEndpoint.Post("verify", DashboardPermission.Control, VerifyAsync),
        ApiEndpoint.Get("actions", DashboardPermission.View, ActionsAsync),
    ];

    private static async Task HealthAsync(ApiCall call)
    {
        if (call.Queue is not TaskQueue queue)
        {
            throw new ApiProblemException(StatusCodes.Status404NotFound, "The store of this queue does not tell its health.");
        }

        var health = await queue.ProbeHealthAsync(call.Aborted).ConfigureAwait(false);
        var file = queue is SqliteTaskQueue { FilePath: { } path } ? new FileInfo(path) : null;
        string[] troubles = [.. QueueHealthCheck.Troubles(health)];
        await call.AnswerAsync(
            new HealthView
            {
                Status = troubles.Length == 0 ? "healthy" : "degraded",
                Troubles = troubles,
                File = file?.Name,
                FileBytes = file is { Exists: true } ? file.Length : null,
                LogBytes = health.LogBytes,
                WriterWaitMs = Math.Round(health.WriterWait.TotalMilliseconds, 3),
                Ready = health.Ready,
                OldestReadyAgeMs = Text.Duration(health.OldestReadyAge),
                LiveWorkers = health.LiveWorkers,
                StaleWorkers = health.StaleWorkers,
                UnservedTypes = health.UnservedTypes,
                UnservedGroups = health.UnservedGroups,
                Inconsistencies = health.Inconsistencies,
            },
            ViewJson.Default.HealthView).ConfigureAwait(false);
    }

    private static async Task VerifyAsync(ApiCall call)
    {
        await call.ReadAsync(InputJson.Default.EmptyInput).ConfigureAwait(false);
        if (!call.Source.TryBeginVerification())
        {
            throw new ApiProblemException(StatusCodes.Status409Conflict, "The queue is being verified already; it takes seconds for each million tasks.");
        }

        try
        {
            var verification = await call.Queue.Inspector.VerifyAsync(call.Aborted).ConfigureAwait(false);
            await call.AnswerAsync(
                new VerificationView(verification.IsSound, verification.Total, verification.Tasks, [.. verification.Findings.Take(MostFindings).Select(finding => finding.ToString())]),
                ViewJson.Default.VerificationView).ConfigureAwait(false);
        }
        finally
        {
            call.Source.EndVerification();
        }
    }

    private static async Task ActionsAsync(ApiCall call)
    {
        var limit = call.Number("limit", ActionPage, 1, MostActions);
        var requests = await call.Queue.Inspector.GetRequestLogAsync(limit, Before(call.Query("cursor")), call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(
            new ActionListView(
                [.. requests.Select(RequestReader.ActionOf)],
                requests.Count == limit ? requests[^1].Number.ToString(CultureInfo.InvariantCulture) : null),
            ViewJson.Default.ActionListView).ConfigureAwait(false);
    }

    private static long? Before(string? cursor) => cursor is null
        ? null
        : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiProblemException.BadInput("cursor", $"'{cursor}' is not a cursor of the actions.");
}
