using DurableQueue.Dashboard.Views;
using Microsoft.AspNetCore.Http;
using static DurableQueue.Dashboard.DashboardPermission;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>One task, with all that belongs to it.</summary>
internal static class TaskEndpoints
{
    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Get("tasks/{id}", DashboardPermission.View, TaskAsync),
        ApiEndpoint.Get("tasks/{id}/payload", ViewPayloads, call => DownloadAsync(call, DashboardPayloadKind.Payload)),
        ApiEndpoint.Get("tasks/{id}/result", ViewPayloads, call => DownloadAsync(call, DashboardPayloadKind.Result)),
    ];

    public static async Task TaskAsync(ApiCall call) =>
        await call.AnswerAsync(await TaskReader.ReadAsync(call, call.TaskId).ConfigureAwait(false), ViewJson.Default.TaskView).ConfigureAwait(false);

    private static async Task DownloadAsync(ApiCall call, DashboardPayloadKind kind)
    {
        var id = call.TaskId;
        var task = await call.Queue.Inspector.GetAsync(id, call.Aborted).ConfigureAwait(false) ?? throw new TaskNotFoundException(id);
        var stored = kind == DashboardPayloadKind.Payload
            ? await call.Queue.Inspector.GetPayloadAsync(id, call.Aborted).ConfigureAwait(false)
            : await call.Queue.Inspector.GetResultAsync(id, call.Aborted).ConfigureAwait(false)
                ?? throw new ApiProblemException(StatusCodes.Status404NotFound, $"Task {id} has no result.");
        var bytes = new Contents(call.Source.Name, call.Options, mayView: true).Download(task.Type, kind, stored)
            ?? throw new ApiProblemException(StatusCodes.Status403Forbidden, "The application hides it.");
        var response = call.Http.Response;
        response.ContentType = "application/octet-stream";
        response.ContentLength = bytes.Length;
        response.Headers.ContentDisposition = $"attachment; filename=\"task-{id}-{Text.Name(kind)}\"";
        await response.Body.WriteAsync(bytes, call.Aborted).ConfigureAwait(false);
    }
}
