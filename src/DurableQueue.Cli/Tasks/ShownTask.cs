using DurableQueue.Cli.CommandLine;

namespace DurableQueue.Cli.Tasks;

/// <summary>Everything that the queue knows of one task.</summary>
internal sealed record ShownTask
{
    /// <summary>The most tasks that are listed as waiting for it.</summary>
    public const int MostDependents = 1_000;

    public required TaskView View { get; init; }

    public required ShownBytes Payload { get; init; }

    public required ShownBytes? Result { get; init; }

    public required ShownBytes? Checkpoint { get; init; }

    /// <summary>The tasks that wait or waited for it, each with its edge; at most <see cref="MostDependents"/>.</summary>
    public required IReadOnlyList<(TaskInfo Task, DependencyInfo Edge)> Dependents { get; init; }

    public required bool HasMoreDependents { get; init; }

    public required IReadOnlyList<TaskAttempt> Attempts { get; init; }

    public required IReadOnlyList<ApprovalView> Approvals { get; init; }

    public required IReadOnlyList<CostCharge> Charges { get; init; }

    public required IReadOnlyDictionary<string, string>? Environment { get; init; }

    public TaskInfo Info => View.Info;

    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public static async Task<ShownTask> ReadAsync(DqInvocation invocation, TaskId id, bool showEnvironment)
    {
        var queue = await invocation.OpenAsync();
        var view = await TaskViews.RequireAsync(queue, id, invocation.Token);
        var approvals = new List<ApprovalView>();
        await foreach (var request in queue.Approvals.ReadAsync(new ApprovalQuery { Task = id }, invocation.Token))
        {
            approvals.Add(await ApprovalView.ReadAsync(queue, request, showEnvironment, invocation.Token));
        }

        var (dependents, hasMore) = await ReadDependentsAsync(queue, id, invocation.Token);
        return new ShownTask
        {
            View = view,
            Payload = new ShownBytes(ShownPayload.Of(view, view.Payload, showEnvironment)),
            Result = await queue.Inspector.GetResultAsync(id, invocation.Token) is { } result ? new ShownBytes(result) : null,
            Checkpoint = await ReadCheckpointAsync(queue, id, invocation.Token) is { } checkpoint ? new ShownBytes(checkpoint) : null,
            Dependents = dependents,
            HasMoreDependents = hasMore,
            Attempts = await queue.Inspector.GetAttemptsAsync(id, invocation.Token),
            Approvals = approvals,
            Charges = await queue.Budgets.GetChargesAsync(id, invocation.Token),
            Environment = showEnvironment ? view.ReadEnvironment() : null,
        };
    }

    public static async Task<ReadOnlyMemory<byte>?> ReadCheckpointAsync(ITaskQueue queue, TaskId id, CancellationToken cancellationToken) =>
        queue is TaskQueue known ? await known.ReadCheckpointAsync(id, cancellationToken) : null;

    private static async Task<(List<(TaskInfo Task, DependencyInfo Edge)> Dependents, bool HasMore)> ReadDependentsAsync(
        ITaskQueue queue, TaskId id, CancellationToken cancellationToken)
    {
        var page = await queue.Inspector.QueryAsync(new TaskQuery { Filter = TaskFilter.Parse($"after={id}", TimeProvider.System), Limit = MostDependents }, cancellationToken);
        var views = await TaskViews.AddContentsAsync(queue, page.Tasks, cancellationToken);
        return ([.. views.SelectMany(view => view.After, (view, edge) => (view.Info, Edge: edge)).Where(each => each.Edge.On == id)], page.Next is not null);
    }
}
