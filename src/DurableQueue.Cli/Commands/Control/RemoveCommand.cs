using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Logs;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Control;

internal static class RemoveCommand
{
    /// <summary>The default grace period from SIGTERM to SIGKILL, and a few seconds more.</summary>
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(8);

    public static Command Create()
    {
        var ids = Values.Ids("Tasks that are not running.", required: true);
        return new Command("remove", "Remove tasks and their logs.")
            .With(ids)
            .WithAction(async invocation =>
            {
                var queue = await invocation.OpenAsync();
                var report = new ActionReport();
                var folder = new LogFolder(invocation.Files);
                folder.RequireAccess();
                await WaitForStoppingAsync(invocation, queue, invocation.Get(ids)!);

                // Dependents first: a task can be removed once nothing depends on it.
                foreach (var id in invocation.Get(ids)!.OrderDescending())
                {
                    await report.DoAsync(id, async () =>
                    {
                        await RemoveAsync(invocation, queue, id);
                        folder.Delete(id);
                        return "removed";
                    });
                }

                return report.Finish(invocation);
            });
    }

    /// <summary>Waits for tasks that are being stopped, so that a remove may follow a kill at once.</summary>
    private static async Task WaitForStoppingAsync(DqInvocation invocation, ITaskQueue queue, IReadOnlyList<TaskId> ids)
    {
        var stopping = new List<TaskId>();
        foreach (var id in ids)
        {
            if (await queue.Inspector.GetAsync(id, invocation.Token) is { State: TaskState.CheckedOut, CancelRequested: true })
            {
                stopping.Add(id);
            }
        }

        try
        {
            await queue.Inspector.WaitAsync(TaskSelector.ByIds(stopping), new WaitOptions { Timeout = StopsWithin }, invocation.Token);
        }
        catch (TaskNotFoundException)
        {
            // Another process has removed one: the report names it.
        }
    }

    private static async Task RemoveAsync(DqInvocation invocation, ITaskQueue queue, TaskId id)
    {
        try
        {
            await queue.Control.RemoveAsync([id], invocation.Token);
        }
        catch (TaskStateException e) when (e.State == TaskState.CheckedOut)
        {
            throw CliException.WrongState(await queue.Inspector.GetAsync(id, invocation.Token) is { CancelRequested: true }
                ? $"Task {id} is still being stopped; 'dq kill --wait {id}' waits for its end."
                : $"Task {id} is running; 'dq kill --wait {id}' stops it.");
        }
    }
}
