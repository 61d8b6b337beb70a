using DurableQueue.Dashboard.Inputs;
using DurableQueue.Dashboard.Schedules;
using DurableQueue.Dashboard.Views;
using Microsoft.AspNetCore.Http;
using static DurableQueue.Dashboard.DashboardPermission;

namespace DurableQueue.Dashboard.Endpoints;

internal static class ScheduleEndpoints
{
    private const int NextShown = 5;
    private const int RunsShown = 30;
    private const int LongestPreview = 50;

    public static readonly IReadOnlyList<ApiEndpoint> All =
    [
        ApiEndpoint.Get("schedules", DashboardPermission.View, ListAsync),
        ApiEndpoint.Post("schedules", DashboardPermission.Schedules, SetAsync),
        // Changes nothing; a body keeps expressions out of addresses.
        ApiEndpoint.Post("schedules/preview", DashboardPermission.View, PreviewAsync),
        ApiEndpoint.Post("schedules/{name}/pause", DashboardPermission.Schedules, PauseAsync),
        ApiEndpoint.Post("schedules/{name}/resume", DashboardPermission.Schedules, ResumeAsync),
        ApiEndpoint.Post("schedules/{name}/run", DashboardPermission.Schedules, RunAsync),
        ApiEndpoint.Post("schedules/{name}/remove", DashboardPermission.Schedules, RemoveAsync),
    ];

    private static Task ListAsync(ApiCall call) => call.AnswerSharedAsync(
        async (mayView, token) =>
        {
            var contents = new Contents(call.Source.Name, call.Options, mayView);
            var views = new List<ScheduleView>();
            foreach (var schedule in await call.Queue.Schedules.ListAsync(token).ConfigureAwait(false))
            {
                if (await ViewAsync(call.Queue.Schedules, schedule, contents, token).ConfigureAwait(false) is { } view)
                {
                    views.Add(view);
                }
            }

            return new ScheduleListView(views);
        },
        ViewJson.Default.ScheduleListView);

    private static async Task SetAsync(ApiCall call)
    {
        var input = await call.ReadAsync(InputJson.Default.ScheduleInput).ConfigureAwait(false);
        WriteEndpoints.RequireCommands(call, input.Task);
        if (!input.Replace)
        {
            await call.Queue.Schedules.AddAsync(input.ToSchedule(call.Options.Host), call.Aborted).ConfigureAwait(false);
        }
        else
        {
            await ReplaceAsync(call, input).ConfigureAwait(false);
        }

        await AnswerAsync(call, input.Name).ConfigureAwait(false);
    }

    private static async ValueTask ReplaceAsync(ApiCall call, ScheduleInput input)
    {
        var stored = await call.Queue.Schedules.GetAsync(input.Name, call.Aborted).ConfigureAwait(false) ?? throw new ScheduleNotFoundException(input.Name);
        var template = stored.Schedule.Task;
        var edit = input.ToEdit(call.Options.Host);
        if (input.Task.Payload is null && input.Task.PayloadText is null && input.Task.Command is null && template.Type == edit.Task!.Type)
        {
            // It was not sent, because it is not shown, or is the same.
            edit = edit with { Task = edit.Task with { Payload = template.Payload } };
        }
        else if (template.Type == Commands.TypeName && !call.Options.AllowCommands)
        {
            throw new ApiProblemException(StatusCodes.Status403Forbidden, "The dashboard does not change commands.") { Field = "command" };
        }
        else if (template.Type == Commands.TypeName && input.Task.Command is { } line && input.Task.Directory is null)
        {
            edit = edit with { Task = edit.Task! with { Payload = Commands.Replace(template.Payload, line) } };
        }

        await call.Queue.Schedules.EditAsync(input.Name, edit, call.Aborted).ConfigureAwait(false);
    }

    private static async Task PreviewAsync(ApiCall call)
    {
        var input = await call.ReadAsync(InputJson.Default.PreviewInput).ConfigureAwait(false);
        if (input.Count is < 1 or > LongestPreview)
        {
            throw ApiProblemException.BadInput("count", $"count must be from 1 to {LongestPreview}.");
        }

        var schedule = new NewSchedule("preview", input.Cron, new NewTask("preview"));
        var next = call.Queue.Schedules.Preview(input.TimeZone is { Length: > 0 } zone ? schedule with { TimeZone = zone } : schedule, input.Count ?? NextShown);
        await call.AnswerAsync(
            new PreviewView(CronWords.Of(input.Cron), [.. next.Select(occurrence => Text.Time(occurrence.OccursAt))]), ViewJson.Default.PreviewView).ConfigureAwait(false);
    }

    private static async Task PauseAsync(ApiCall call)
    {
        var input = await call.ReadAsync(InputJson.Default.PauseInput).ConfigureAwait(false);
        var reason = (call.Viewer.Name, input.Reason) switch
        {
            (null, var given) => given,
            ({ } by, null or "") => $"by {by}",
            var (by, given) => $"{given} (by {by})",
        };
        await call.Queue.Schedules.PauseAsync(call.Route("name"), reason, call.Aborted).ConfigureAwait(false);
        await AnswerAsync(call, call.Route("name")).ConfigureAwait(false);
    }

    private static async Task ResumeAsync(ApiCall call)
    {
        await call.ReadAsync(InputJson.Default.EmptyInput).ConfigureAwait(false);
        await call.Queue.Schedules.ResumeAsync(call.Route("name"), call.Aborted).ConfigureAwait(false);
        await AnswerAsync(call, call.Route("name")).ConfigureAwait(false);
    }

    private static async Task RunAsync(ApiCall call)
    {
        await call.ReadAsync(InputJson.Default.EmptyInput).ConfigureAwait(false);
        var id = await call.Queue.Schedules.RunNowAsync(call.Route("name"), call.Aborted).ConfigureAwait(false);
        call.MarkChanged(call.Route("name"));
        await call.AnswerAsync(new CreatedView(id.Value, true), ViewJson.Default.CreatedView).ConfigureAwait(false);
    }

    private static async Task RemoveAsync(ApiCall call)
    {
        await call.ReadAsync(InputJson.Default.EmptyInput).ConfigureAwait(false);
        await call.Queue.Schedules.RemoveAsync(call.Route("name"), call.Aborted).ConfigureAwait(false);
        call.MarkChanged(call.Route("name"));
        await call.AnswerAsync(new RemovedView(true), ViewJson.Default.RemovedView).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(ApiCall call, string name)
    {
        call.MarkChanged(name);
        var contents = new Contents(call.Source.Name, call.Options, await call.MayAsync(ViewPayloads).ConfigureAwait(false));
        var schedule = await call.Queue.Schedules.GetAsync(name, call.Aborted).ConfigureAwait(false) ?? throw new ScheduleNotFoundException(name);
        var view = await ViewAsync(call.Queue.Schedules, schedule, contents, call.Aborted).ConfigureAwait(false) ?? throw new ScheduleNotFoundException(name);
        await call.AnswerAsync(view, ViewJson.Default.ScheduleView).ConfigureAwait(false);
    }

    /// <returns><see langword="null"/> if it was removed meanwhile.</returns>
    private static async ValueTask<ScheduleView?> ViewAsync(ITaskSchedules schedules, ScheduleInfo schedule, Contents contents, CancellationToken cancellationToken)
    {
        try
        {
            var next = await schedules.GetNextAsync(schedule.Name, NextShown, cancellationToken).ConfigureAwait(false);
            var runs = await schedules.GetRunsAsync(schedule.Name, RunsShown, cancellationToken).ConfigureAwait(false);
            var settings = schedule.Schedule;
            return new ScheduleView
            {
                Name = schedule.Name,
                Cron = settings.Expression,
                Words = CronWords.Of(settings.Expression),
                TimeZone = settings.TimeZone,
                Paused = schedule.Paused,
                PausedAt = Text.Time(schedule.PausedAt),
                PausedReason = schedule.PauseReason,
                Ended = schedule.Ended,
                Declared = schedule.Declared,
                ConsecutiveFailures = schedule.ConsecutiveFailures,
                PauseAfterFailures = settings.PauseAfterFailures,
                StartsAt = Text.Time(settings.StartsAt),
                EndsAt = Text.Time(settings.EndsAt),
                Missed = Text.Name(settings.Missed),
                Overlap = Text.Name(settings.Overlap),
                JitterMs = settings.Jitter == TimeSpan.Zero ? null : (long)settings.Jitter.TotalMilliseconds,
                Task = TaskOf(settings.Task, contents),
                Next = [.. next.Select(occurrence => Text.Time(occurrence.OccursAt))],
                LastRuns = [.. runs.Select(RunOf)],
            };
        }
        catch (ScheduleNotFoundException)
        {
            return null;
        }
    }

    private static ScheduleTaskView TaskOf(NewTask task, Contents contents) => new()
    {
        Type = task.Type,
        Group = task.Group,
        Label = task.Label,
        Priority = task.Priority,
        MaxAttempts = task.MaxAttempts,
        TimeoutMs = Text.Duration(task.Timeout),
        Payload = contents.View(task.Type, DashboardPayloadKind.Payload, task.Payload),
        Metadata = contents.MayView ? task.Metadata : null,
        DedupKey = task.DedupKey,
        RequiresApproval = task.RequiresApproval,
    };

    private static ScheduleRunView RunOf(ScheduleRun run) => new()
    {
        At = Text.Time(run.OccursAt),
        Id = run.Task?.Value,
        Result = Text.Name(run.Result),
        Manual = run.Manual,
        Outcome = run.Outcome == TaskOutcome.None ? null : Text.Name(run.Outcome),
        FinishedAt = Text.Time(run.FinishedAt),
    };
}
