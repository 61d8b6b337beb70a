using System.CommandLine.Completions;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Completes the names of groups, schedules and gates, and the ids of tasks, from the queue of the line that is being typed.</summary>
internal static class QueueCompletions
{
    private const int MostTasks = 100;

    public static IEnumerable<CompletionItem> Groups(CompletionContext context) =>
        Read(context, async queue => (await queue.Groups.ListAsync()).Select(group => new CompletionItem(group.Name)));

    public static IEnumerable<CompletionItem> Schedules(CompletionContext context) =>
        Read(context, async queue => (await queue.Schedules.ListAsync()).Select(schedule => new CompletionItem(schedule.Name)));

    public static IEnumerable<CompletionItem> Gates(CompletionContext context) =>
        Read(context, async queue => (await queue.Approvals.ListGatesAsync()).Select(gate => new CompletionItem(gate.Name)));

    public static IEnumerable<CompletionItem> Tasks(CompletionContext context) =>
        Read(context, async queue =>
        {
            var page = await queue.Inspector.QueryAsync(new TaskQuery { Order = TaskOrder.EnqueuedDescending, Limit = MostTasks });
            return page.Tasks.Select(task => new CompletionItem($"{task.Id}", detail: task.Label));
        });

    private static IEnumerable<CompletionItem> Read(CompletionContext context, Func<ITaskQueue, Task<IEnumerable<CompletionItem>>> read) =>
        ReadAsync(context, read).GetAwaiter().GetResult();

    private static async Task<IEnumerable<CompletionItem>> ReadAsync(CompletionContext context, Func<ITaskQueue, Task<IEnumerable<CompletionItem>>> read)
    {
        try
        {
            var path = QueueLocation.Find(context.ParseResult.GetValue(GlobalOptions.Queue), _ => { });
            if (!File.Exists(path))
            {
                return [];
            }

            await using var queue = await SqliteTaskQueue.OpenAsync(path, new SqliteQueueOptions { BackgroundSweeps = false, BusyTimeout = TimeSpan.FromSeconds(1) });
            return await read(queue);
        }
        catch (Exception e) when (Failures.IsKnown(e))
        {
            // An error message would be written into the line that is being typed.
            return [];
        }
    }
}
