using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Reads who asked for what.</summary>
internal static class RequestReader
{
    public static async ValueTask<IReadOnlyList<RequestView>?> OfTaskAsync(ApiCall call, TaskId id)
    {
        var requests = await call.Queue.Inspector.GetRequestsAsync(id, call.Aborted).ConfigureAwait(false);
        return requests.Count == 0 ? null : [.. requests.Select(ViewOf)];
    }

    public static ActionView ActionOf(QueueRequest request)
    {
        var view = ViewOf(request);
        return new ActionView
        {
            What = view.What,
            By = view.By,
            At = view.At,
            Reason = view.Reason,
            Change = view.Change,
            Target = request.Group ?? (request.Tasks is [var only] ? only.ToString() : $"{request.Tasks.Count} tasks"),
            Task = request.Tasks is [var task] ? task.Value : null,
        };
    }

    private static RequestView ViewOf(QueueRequest request) => new()
    {
        What = Text.Name(request.Kind),
        By = request.By,
        At = Text.Time(request.At),
        Reason = request.Reason,
        Change = request.Change,
    };
}
