using System.Text.Json;
using DurableQueue;

namespace NightShift;

/// <summary>What a person sees, and does about it. All of it works from another process too.</summary>
internal sealed class Operator(ITaskQueue queue, string name)
{
    public async Task FollowScheduleAsync(CancellationToken cancellationToken)
    {
        Output.Title("A schedule fires tasks");
        var next = (await queue.Schedules.GetNextAsync(Shift.Schedule, 3, cancellationToken)).Select(occurrence => Output.Time(occurrence.FiresAt));
        Output.Operator($"schedule {Shift.Schedule}: next runs {string.Join(", ", next)}");
        await WaitForRunsAsync(2, cancellationToken);
        await ShowRunsAsync(cancellationToken);
    }

    public async Task DecideAsync(CancellationToken cancellationToken)
    {
        Output.Title("A task needs approval inside its run");
        var task = await queue.EnqueueAsync(new CleanUp("build"), cancellationToken: cancellationToken);
        await foreach (var request in queue.Approvals.WatchPendingAsync(cancellationToken: cancellationToken))
        {
            Output.Operator($"pending approval {request.Id}: task {request.TaskId} ({request.TaskType}) wants {request.What} {request.Arguments}");
            await queue.Approvals.ApproveAsync(request.Id, name, "only the build directory", cancellationToken);
            Output.Operator($"approved by {name}; the task continues where it was");
            break;
        }

        await FinishAsync(task, cancellationToken);
    }

    public async Task WatchBudgetAsync(CancellationToken cancellationToken)
    {
        Output.Title("A task hits its budget");
        await FinishAsync(await queue.EnqueueAsync(new Research("why sales fell"), cancellationToken: cancellationToken), cancellationToken);
        var waiting = await queue.EnqueueAsync(new Research("why they rose"), cancellationToken: cancellationToken);
        var status = await ShowBudgetAsync(cancellationToken);
        Output.Operator($"task {waiting} waits, retry at {Output.Time(status.RetryAt)}: no {ResearchAgent.Type} starts while the cap is used up");

        // It would start by itself then. A person may allow more at once; the waiting task starts with that.
        await queue.Budgets.SetAsync(Shift.Budget, new BudgetPolicy { Cost = CostCap.Per(TimeSpan.FromHours(8), 3m) }, cancellationToken);
        Output.Operator("the budget is raised");
        await FinishAsync(waiting, cancellationToken);
        await ShowBudgetAsync(cancellationToken);
    }

    public async Task AskForSomethingAsync(CancellationToken cancellationToken)
    {
        Output.Title("A task without a type is routed");
        var payload = JsonSerializer.SerializeToUtf8Bytes("compile the shop and run what checks it");
        var task = await FinishAsync(await queue.EnqueueAsync(NewTask.Auto(payload), cancellationToken), cancellationToken);
        Output.Operator($"task {task.Id} was routed to {task.Route?.Type}. {task.Route?.Reason}");
    }

    public async Task HandOverAsync(CancellationToken cancellationToken)
    {
        Output.Title("The night is over");
        await queue.Schedules.PauseAsync(Shift.Schedule, "people are back", cancellationToken);
        var wait = await queue.Inspector.WaitAsync(TaskSelector.All, cancellationToken: cancellationToken);
        await ShowRunsAsync(cancellationToken);
        await foreach (var record in queue.Approvals.ReadAsync(cancellationToken: cancellationToken))
        {
            Output.Operator($"on record: {record.What} {record.Arguments} {record.Status} by {record.DecidedBy}: {record.Note}");
        }

        Output.Operator($"{(wait.AllSucceeded ? "all" : "not all")} tasks succeeded");
    }

    private async Task WaitForRunsAsync(int count, CancellationToken cancellationToken)
    {
        await foreach (var finished in queue.Inspector.WatchAsync(cancellationToken: cancellationToken))
        {
            if (finished.Type == InboxAgent.Type && --count == 0)
            {
                return;
            }
        }
    }

    private async Task ShowRunsAsync(CancellationToken cancellationToken)
    {
        foreach (var run in await queue.Schedules.GetRunsAsync(Shift.Schedule, limit: 2, cancellationToken))
        {
            Output.Operator($"schedule {Shift.Schedule}: run of {Output.Time(run.OccursAt)} was task {run.Task}: {run.Outcome}");
        }

        var schedule = await queue.Schedules.GetAsync(Shift.Schedule, cancellationToken);
        var state = schedule is { Paused: true } ? $"paused, {schedule.PauseReason}" : $"next run {Output.Time(schedule?.NextFireAt)}";
        Output.Operator($"schedule {Shift.Schedule}: {state}");
    }

    private async Task<BudgetStatus> ShowBudgetAsync(CancellationToken cancellationToken)
    {
        var status = await queue.Budgets.GetAsync(Shift.Budget, cancellationToken);
        var state = status.IsUsedUp ? "used up" : "has room";
        Output.Operator($"budget of {status.Target}: {Output.Money(status.Cost?.Used)} of {Output.Money(status.Cost?.Cap)} usd, {state}");
        return status;
    }

    private async Task<TaskInfo> FinishAsync(TaskId id, CancellationToken cancellationToken)
    {
        await queue.Inspector.WaitAsync(id, cancellationToken: cancellationToken);
        var task = await queue.Inspector.GetAsync(id, cancellationToken);
        return task is { Outcome: TaskOutcome.Succeeded } ? task : throw new InvalidOperationException($"task {id} has not succeeded: {task?.LastError}");
    }
}
