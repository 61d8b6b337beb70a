using System.CommandLine;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Workers;
using DurableQueue.Cli.Tasks;

namespace DurableQueue.Cli.Commands.Control;

internal static class EnqueueCommand
{
    private const int PageSize = 10_000;

    public static Command Create()
    {
        var targets = new Targets();
        var delay = Values.Duration("--delay", "Do not start it before this time has passed.", "-d");
        var at = Values.Time("--at", "Do not start them before this time.");
        var noStart = WorkerStart.CreateOption();
        return new Command("enqueue", "Put stashed tasks back into the queue.")
            .With([.. targets.Symbols, delay, at, noStart])
            .WithAction(async invocation =>
            {
                invocation.AtMostOne(delay, at);
                var notBefore = invocation.Get(delay) is { } wait ? invocation.Time.GetUtcNow() + wait : invocation.Get(at);
                var start = WorkerStart.Read(invocation, noStart);
                var report = new ActionReport();
                var ids = await FindAsync(invocation, targets);
                foreach (var id in ids)
                {
                    await report.DoAsync(id, () => EnqueueAsync(invocation, id, notBefore));
                }

                var code = report.Finish(invocation);
                await start.ForAsync(ids);
                return code;
            });
    }

    /// <summary>For groups, only their stashed tasks.</summary>
    private static async Task<IReadOnlyList<TaskId>> FindAsync(DqInvocation invocation, Targets targets)
    {
        targets.Check(invocation);
        if (targets.AreIds(invocation))
        {
            return invocation.Get(targets.Ids)!;
        }

        var query = new TaskQuery
        {
            States = [TaskState.Queued], Holds = TaskHolds.Stashed, Groups = invocation.Get(targets.All) ? null : await targets.FindGroupsAsync(invocation),
        };
        var found = new List<TaskId>();
        await foreach (var info in TaskViews.ReadInfosAsync(await invocation.OpenAsync(), query, PageSize, invocation.Token))
        {
            found.Add(info.Id);
        }

        return found;
    }

    private static async Task<string> EnqueueAsync(DqInvocation invocation, TaskId id, DateTimeOffset? notBefore)
    {
        var queue = await invocation.OpenAsync();
        var info = await queue.Inspector.GetAsync(id, invocation.Token) ?? throw new TaskNotFoundException(id);
        if (!info.Holds.HasFlag(TaskHolds.Stashed))
        {
            throw CliException.WrongState($"Task {id} is not stashed (it is {info.State}).");
        }

        // The delay is set first, so that the task does not become ready between the two calls.
        if (notBefore is { } time)
        {
            await queue.Control.EditAsync(id, new TaskEdit { NotBefore = time }, invocation.Token);
        }

        await queue.Control.UnstashAsync(id, invocation.Token);
        return notBefore is null ? "queued" : $"queued, not before {TaskText.Time(notBefore, invocation.Time.GetUtcNow())}";
    }
}
