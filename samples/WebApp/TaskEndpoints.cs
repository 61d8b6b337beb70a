using DurableQueue;

namespace WebApp;

internal static class TaskEndpoints
{
    private const int LongestWait = 30;

    public static void MapTasks(this IEndpointRouteBuilder app) =>
        app.MapGet("/tasks/{id:long}", async (long id, ITaskQueue queue, CancellationToken cancellationToken, int wait = 0) =>
        {
            try
            {
                // Answers at the moment the task ends, or as it stands after the seconds asked for: no need to poll.
                var options = new WaitOptions { Timeout = TimeSpan.FromSeconds(Math.Clamp(wait, 0, LongestWait)) };
                var summary = await queue.Inspector.WaitAsync(new TaskId(id), options, cancellationToken);
                return summary.Tasks is [var task] ? Results.Ok(Describe(task)) : Results.NotFound();
            }
            catch (TaskNotFoundException)
            {
                return Results.NotFound();
            }
        });

    private static object Describe(TaskInfo task) => new
    {
        Id = task.Id.Value,
        task.Type,
        State = task.State.ToString(),
        Outcome = task.Outcome.ToString(),
        task.Attempt,
        task.Progress,
        Error = task.LastError,
        Picture = task.Outcome == TaskOutcome.Succeeded ? $"/thumbnails/{task.Id}" : null,
    };
}
