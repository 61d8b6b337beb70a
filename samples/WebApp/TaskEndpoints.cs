using DurableQueue;

namespace WebApp;

internal static class TaskEndpoints
{
    private const int LongestWait = 30;

    public static void MapTasks(this IEndpointRouteBuilder app) =>
        app.MapGet("/tasks/{id}", async (TaskId id, ITaskQueue queue, CancellationToken cancellationToken, int wait = 0) =>
        {
            try
            {
                // Answers at the moment the task ends, or as it stands after the seconds asked for: no need to poll.
                var options = new WaitOptions { Timeout = TimeSpan.FromSeconds(Math.Clamp(wait, 0, LongestWait)) };
                var summary = await queue.Inspector.WaitAsync(id, options, cancellationToken);
                return summary.Tasks is [var task] ? Results.Ok(Describe(task)) : Results.NotFound();
            }
            catch (TaskNotFoundException)
            {
                return Results.NotFound();
            }
        });

    private static object Describe(TaskInfo task) => new
    {
        task.Id,
        task.Type,
        task.State,
        task.Outcome,
        task.Attempt,
        task.Progress,
        Error = task.LastError,
        Picture = task.Outcome == TaskOutcome.Succeeded ? $"/thumbnails/{task.Id}" : null,
    };
}
