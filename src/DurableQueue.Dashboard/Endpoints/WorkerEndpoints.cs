using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

internal static class WorkerEndpoints
{
    private const int MostRunning = 1_000;

    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Get("workers", DashboardPermission.View, ListAsync),
        ApiEndpoint.Get("types", DashboardPermission.View, TypesAsync),
    ];

    private static Task ListAsync(ApiCall call) => call.AnswerSharedAsync(
        async (_, token) =>
        {
            var workers = await call.Queue.Inspector.GetWorkersAsync(token).ConfigureAwait(false);
            var running = (await call.Queue.Inspector.QueryAsync(new TaskQuery { States = [TaskState.CheckedOut], Limit = MostRunning, ReadLimit = Reading.Limit }, token).ConfigureAwait(false))
                .Tasks.ToLookup(task => task.Worker, task => task.Id.Value);
            return new WorkerListView([.. workers.Select(worker => ViewOf(worker, [.. running[worker.Name]]))], await TypesOfAsync(workers).ConfigureAwait(false));
        },
        ViewJson.Default.WorkerListView);

    private static Task TypesAsync(ApiCall call) => call.AnswerSharedAsync(
        async (_, token) =>
        {
            var workers = await call.Queue.Inspector.GetWorkersAsync(token).ConfigureAwait(false);
            var types = await TypesOfAsync(workers).ConfigureAwait(false);
            return new TypeListView(
                [.. types.Where(type => type.Name != NewTask.AutoType && type.Name != PayloadText.Command.Type).Select(type => new TypeView(type.Name, type.Description, null))],
                types.Any(type => type.Name == NewTask.AutoType),
                call.Options.AllowCommands);
        },
        ViewJson.Default.TypeListView);

    private static ValueTask<WorkerTypeView[]> TypesOfAsync(IReadOnlyList<WorkerInfo> workers)
    {
        var live = workers.Where(worker => worker.IsLive).ToArray();
        return ValueTask.FromResult<WorkerTypeView[]>(
        [
            .. live.SelectMany(worker => worker.Types ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(type => new WorkerTypeView
            {
                Name = type,
                HandledHere = false,
                LiveWorkers = live.Count(worker => worker.Types is null || worker.Types.Contains(type, StringComparer.Ordinal)),
            }),
        ]);
    }

    private static WorkerView ViewOf(WorkerInfo worker, IReadOnlyList<long> running) => new()
    {
        Name = worker.Name,
        Host = worker.Host,
        ProcessId = worker.ProcessId,
        Types = worker.Types,
        Groups = worker.Groups,
        Capacity = worker.Capacity,
        Running = running,
        StartedAt = Text.Time(worker.StartedAt),
        LastSeenAt = Text.Time(worker.LastSeenAt),
        Live = worker.IsLive,
    };
}
