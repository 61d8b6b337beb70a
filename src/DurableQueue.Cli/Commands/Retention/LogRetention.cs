using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;

namespace DurableQueue.Cli.Commands.Retention;

/// <summary>Deletes the logs of tasks that ended, by their age and number, as the settings of the worker say. The tasks stay.</summary>
internal sealed class LogRetention(DqInvocation invocation)
{
    private const int PageSize = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly TimeSpan? keepFor = invocation.Settings.Get(SettingKeys.LogKeepFor);
    private readonly int? keepLast = invocation.Settings.Get(SettingKeys.LogKeepLast);

    /// <summary>Deletes at once, and at intervals, until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (keepFor is not null || keepLast is not null)
        {
            try
            {
                await ApplyAsync(cancellationToken);
            }
            catch (Exception e) when (Failures.IsKnown(e))
            {
                // The next time may be better, and the commands do not depend on it.
                invocation.Output.Say($"dq: old logs were not removed: {Failures.MessageOf(e)}");
            }

            await Task.Delay(Interval, invocation.Time, cancellationToken);
        }
    }

    private async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var queue = await invocation.OpenAsync();
        var folder = new LogFolder(invocation.Files);
        var ended = new List<TaskInfo>();
        foreach (var part in folder.Ids.Chunk(PageSize))
        {
            ended.AddRange((await queue.Inspector.QueryAsync(new TaskQuery { Ids = part, Limit = PageSize }, cancellationToken)).Tasks.Where(task => task.IsFinished));
        }

        var now = invocation.Time.GetUtcNow();
        foreach (var (index, task) in ended.OrderByDescending(task => task.FinishSequence).Index())
        {
            // Read again: a task that was retried meanwhile writes into a log of the same name.
            if ((index >= keepLast || now - task.FinishedAt >= keepFor)
                && await queue.Inspector.GetAsync(task.Id, cancellationToken) is { } current && current.FinishSequence == task.FinishSequence)
            {
                folder.Delete(task.Id);
            }
        }
    }
}
