using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

internal static class WorkerEndpoints
{
    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Get("workers", DashboardPermission.View, ListAsync),
        ApiEndpoint.Get("types", DashboardPermission.View, TypesAsync),
    ];

    private static Task ListAsync(ApiCall call) => call.AnswerSharedAsync(
        async (_, token) =>
        {
            var workers = await call.Queue.Inspector.GetWorkersAsync(token).ConfigureAwait(false);
            var types = await call.Queue.Inspector.GetTypesAsync(token).ConfigureAwait(false);
            return new WorkerListView([.. workers.Select(ViewOf)], [.. types.Select(ViewOf)]);
        },
        ViewJson.Default.WorkerListView);

    private static Task TypesAsync(ApiCall call) => call.AnswerSharedAsync(
        async (_, token) =>
        {
            var types = await call.Queue.Inspector.GetTypesAsync(token).ConfigureAwait(false);
            return new TypeListView(
                [.. types.Where(type => type.Name != NewTask.AutoType && type.Name != PayloadText.Command.Type).Select(type => new TypeView(type.Name, type.Description, null))],
                types.Any(type => type.Name == NewTask.AutoType),
                call.Options.AllowCommands);
        },
        ViewJson.Default.TypeListView);

    private static WorkerTypeView ViewOf(TaskTypeInfo type) => new()
    {
        Name = type.Name,
        Description = type.Description,
        HandledHere = type.HandledHere,
        LiveWorkers = type.LiveWorkers,
        Queued = type.Queued,
    };

    private static WorkerView ViewOf(WorkerInfo worker) => new()
    {
        Name = worker.Name,
        Host = worker.Host,
        ProcessId = worker.ProcessId,
        Types = worker.Types,
        Groups = worker.Groups,
        Capacity = worker.Capacity,
        Running = [.. worker.Running.Select(id => id.Value)],
        StartedAt = Text.Time(worker.StartedAt),
        LastSeenAt = Text.Time(worker.LastSeenAt),
        Live = worker.IsLive,
    };
}
