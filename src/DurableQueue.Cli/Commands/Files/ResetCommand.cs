using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands.Files;

internal static class ResetCommand
{
    private const int PageSize = 1_000;

    /// <summary>Longer than the usual grace period of a command.</summary>
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        var group = Values.Group("Only this group.");
        var force = Values.Flag("--force", "Do not ask for confirmation.", "-f");
        return new Command("reset", "Stop and remove all tasks and their logs, and resume paused groups.")
            .With(group, force)
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var name = invocation.Get(group);
                if (name is not null)
                {
                    await Targets.RequireGroupsAsync(invocation, name);
                }

                if (!invocation.Get(force))
                {
                    Ask(name);
                }

                var removed = await ResetAsync(invocation, queue, name);
                invocation.Output.Say($"{removed} tasks were removed.");
                if (invocation.Json)
                {
                    invocation.Output.WriteJson(json => json.WriteNumber("tasks", removed));
                }

                return ExitCode.Done;
            });
    }

    private static void Ask(string? group)
    {
        if (Console.IsInputRedirected)
        {
            throw CliException.BadInput("This removes everything. Without a terminal to confirm on, it needs --force.");
        }

        Console.Error.Write($"Remove all tasks {(group is null ? "of this queue" : $"of the group {group}")} and their logs? [y/N] ");
        if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw CliException.BadInput("Nothing was removed.");
        }
    }

    private static async Task<int> ResetAsync(DqInvocation invocation, ITaskQueue queue, string? group)
    {
        var folder = new LogFolder(invocation.Files);
        folder.RequireAccess();
        var groups = group is null ? null : new[] { group };
        var paused = (await queue.Groups.ListAsync(invocation.Token)).Where(each => groups?.Contains(each.Name) ?? true).ToList();

        var finished = false;
        try
        {
            // No task starts while the others are being stopped.
            foreach (var each in paused)
            {
                await queue.Groups.PauseAsync(each.Name, invocation.Token);
            }

            await StopAsync(invocation, queue, groups);
            var removed = 0;
            while (await NextAsync(queue, groups, invocation.Token) is { Count: > 0 } ids)
            {
                await queue.Control.RemoveAsync(ids, invocation.Token);
                foreach (var id in ids)
                {
                    folder.Delete(id);
                }

                removed += ids.Count;
            }

            finished = true;
            return removed;
        }
        finally
        {
            // A reset that fails or is interrupted leaves the groups as they were.
            foreach (var each in paused.Where(each => finished || !each.Paused))
            {
                await queue.Groups.ResumeAsync(each.Name, CancellationToken.None);
            }
        }
    }

    private static async Task StopAsync(DqInvocation invocation, ITaskQueue queue, string[]? groups)
    {
        var control = await invocation.OpenControlAsync();
        var unfinished = new TaskQuery { States = [TaskState.Queued, TaskState.CheckedOut], Groups = groups };
        var running = new List<TaskId>();
        var left = 0;
        await foreach (var info in TaskViews.ReadInfosAsync(queue, unfinished, PageSize, invocation.Token))
        {
            try
            {
                if (info.State == TaskState.CheckedOut)
                {
                    running.Add(info.Id);
                }

                await TaskKill.KillAsync(control, queue, info.Id, invocation.Token);
            }
            catch (CliException e) when (e.ExitCode == ExitCode.NoWorker)
            {
                running.Remove(info.Id);
                left++;
            }
            catch (Exception e) when (e is CliException or TaskNotFoundException)
            {
                // It has ended on its own.
            }
        }

        if (left > 0)
        {
            throw CliException.NoWorker($"{left} tasks belong to workers that do not respond or ran on another machine, and no other worker serves their groups. Everything else is being stopped.");
        }

        if (running.Count == 0)
        {
            return;
        }

        var summary = await queue.Inspector.WaitAsync(TaskSelector.ByIds(running), new WaitOptions { Timeout = StopWithin }, invocation.Token);
        if (summary.TimedOut)
        {
            throw new TimeoutException($"Some tasks did not stop within {StopWithin.TotalSeconds:0} s; nothing was removed. Try again.");
        }
    }

    /// <summary>Newest first, so that a task is removed after those that depend on it.</summary>
    private static async Task<IReadOnlyList<TaskId>> NextAsync(ITaskQueue queue, string[]? groups, CancellationToken cancellationToken)
    {
        var page = await queue.Inspector.QueryAsync(new TaskQuery { Groups = groups, Order = TaskOrder.EnqueuedDescending, Limit = PageSize }, cancellationToken);
        return [.. page.Tasks.Select(task => task.Id)];
    }
}
