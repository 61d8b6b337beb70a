using DurableQueue.Dashboard.Views;

namespace DurableQueue.Dashboard.Endpoints;

/// <summary>Reads everything about one task.</summary>
internal static class TaskReader
{
    private const int MostRelated = 200;
    private const int LongestError = 64 * 1024;

    /// <exception cref="TaskNotFoundException">There is no such task.</exception>
    public static async ValueTask<TaskView> ReadAsync(ApiCall call, TaskId id)
    {
        var inspector = call.Queue.Inspector;
        var task = await inspector.GetAsync(id, call.Aborted).ConfigureAwait(false) ?? throw new TaskNotFoundException(id);
        var content = (await inspector.GetContentsAsync([id], call.Aborted).ConfigureAwait(false)).GetValueOrDefault(id) ?? throw new TaskNotFoundException(id);
        var group = await call.Queue.Groups.GetAsync(task.Group, call.Aborted).ConfigureAwait(false);
        var mayView = await call.MayAsync(DashboardPermission.ViewPayloads).ConfigureAwait(false);
        var rows = await RowReader.CreateAsync(call, mayView, group is null ? [] : [group], call.Aborted).ConfigureAwait(false);
        var contents = rows.Contents;
        return new TaskView(TaskRows.Row(task, rows.Reasons, null))
        {
            ErrorText = task.LastError is { } error ? Text.Cut(error, LongestError) : null,
            Payload = contents.View(task.Type, DashboardPayloadKind.Payload, content.Payload),
            Result = content.Result is { } result ? contents.View(task.Type, DashboardPayloadKind.Result, result) : null,
            Metadata = contents.MayView ? task.Metadata : null,
            Attempts = [.. (await inspector.GetAttemptsAsync(id, call.Aborted).ConfigureAwait(false)).Select(attempt => AttemptOf(attempt)), .. LatestAttempt(task)],
            Dependencies = await DependenciesAsync(call, id, content.Dependencies).ConfigureAwait(false),
            Approvals = await ApprovalReader.OfTaskAsync(call, contents, id).ConfigureAwait(false),
            Charges = [.. (await call.Queue.Budgets.GetChargesAsync(id, call.Aborted).ConfigureAwait(false)).Select(charge => new ChargeView(charge.Cost.Amount, charge.Cost.Unit, Text.Time(charge.At), charge.Key))],
            Estimate = task.EstimatedCost is { } cost ? new CostView(cost.Amount, cost.Unit) : null,
            Route = task.Route is { } route ? new RouteView(route.Type, route.Reason, route.IsFallback, route.Worker, Text.Time(route.RoutedAt)) : null,
            Retry = task.Retry is { } retry ? new RetryView((long)retry.InitialDelay.TotalMilliseconds, retry.Factor, (long)retry.MaxDelay.TotalMilliseconds, retry.Jitter) : null,
            TimeoutMs = Text.Duration(task.Timeout),
            LeaseMs = Text.Duration(task.LeaseDuration),
            DedupKey = task.DedupKey,
            Actions = await TaskActions.AllowedAsync(call, task).ConfigureAwait(false),
            Log = await LogEndpoints.SummaryAsync(call, task).ConfigureAwait(false),
            Command = contents.Command(task.Type, content.Payload),
            RequestedBy = await RequestReader.OfTaskAsync(call, id).ConfigureAwait(false),
        };
    }

    private static AttemptView AttemptOf(TaskAttempt attempt) => new()
    {
        Number = attempt.Attempt,
        StartedAt = Text.Time(attempt.StartedAt),
        FinishedAt = Text.Time(attempt.EndedAt),
        Outcome = Text.Name(attempt.Outcome),
        Error = Text.Cut(attempt.Error, LongestError),
        Worker = attempt.Worker,
    };

    /// <summary>The store keeps failed attempts; one that runs or succeeded is part of the task.</summary>
    private static IEnumerable<AttemptView> LatestAttempt(TaskInfo task)
    {
        if (task.StartedAt is { } started && task.Attempt > 0 && (task.State is TaskState.CheckedOut || task.Outcome is TaskOutcome.Succeeded))
        {
            yield return new AttemptView
            {
                Number = task.Attempt,
                StartedAt = Text.Time(started),
                FinishedAt = Text.Time(task.FinishedAt),
                Outcome = task.Outcome == TaskOutcome.None ? null : Text.Name(task.Outcome),
                Worker = task.Worker,
            };
        }
    }

    private static async ValueTask<DependenciesView> DependenciesAsync(ApiCall call, TaskId id, IReadOnlyList<DependencyInfo> edges)
    {
        var shown = edges.Take(MostRelated).ToArray();
        var parents = shown.Length == 0
            ? []
            : (await call.Queue.Inspector.QueryAsync(new TaskQuery { Ids = [.. shown.Select(edge => edge.On).Distinct()], Limit = MostRelated }, call.Aborted).ConfigureAwait(false))
                .Tasks.ToDictionary(task => task.Id);
        var children = await call.Queue.Inspector.QueryAsync(
            new TaskQuery { Filter = TaskFilter.Parse($"after={id}", call.Source.Time), Limit = MostRelated, ReadLimit = Reading.Limit }, call.Aborted).ConfigureAwait(false);
        return new DependenciesView(
            [.. shown.Select(edge => ViewOf(edge.On, parents.GetValueOrDefault(edge.On)) with { Condition = Text.Name(edge.When), Edge = Text.Name(edge.State) })],
            [.. children.Tasks.Select(child => ViewOf(child.Id, child))]);
    }

    private static DependencyView ViewOf(TaskId id, TaskInfo? task) => new()
    {
        Id = id.Value,
        Type = task?.Type,
        Label = task?.Label,
        State = task is null ? null : Text.Name(task.State),
    };
}
