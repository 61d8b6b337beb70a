using System.CommandLine;
using System.ComponentModel;
using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Inspection;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;
using DurableQueue.Processes;
using DurableQueue.Processes.Running;

namespace DurableQueue.Cli.Commands.Workers;

/// <summary>Starts a detached worker for commands that only the lack of one keeps from running.</summary>
internal sealed class WorkerStart : IWorkerStart
{
    /// <summary>How many tasks of each page are read.</summary>
    private const int PageSize = 10_000;

    private readonly DqInvocation invocation;
    private readonly bool isWanted;

    private WorkerStart(DqInvocation invocation, bool isWanted) => (this.invocation, this.isWanted) = (invocation, isWanted);

    /// <summary>
    /// Whether a worker may be started: commands need Linux, a worker must be allowed to run the queue, and a command of the same queue has its own worker. The
    /// queue of a project must be known, too.
    /// </summary>
    public bool IsAllowed => CouldStart && KnownQueues.IsKnown(invocation.QueuePath);

    /// <summary>What to do about a queue that nobody has run here yet; <see langword="null"/> if that is not what keeps a worker from starting.</summary>
    public string? Advice => CouldStart && !KnownQueues.IsKnown(invocation.QueuePath)
        ? $"{invocation.QueuePath} came with its project, and a worker runs every task in it. If you trust them all, 'dq worker --daemon' starts one, from then on by itself."
        : null;

    private bool CouldStart => isWanted && OperatingSystem.IsLinux() && !IsInsideTask && SafeQueues.FindForeignForWorker(invocation.QueuePath) is null;

    private bool IsInsideTask => Environment.GetEnvironmentVariable($"{RunMarks.Prefix}QUEUE") == invocation.QueuePath;

    public static Option<bool> CreateOption() => Values.Flag("--no-start-worker", "Do not start a worker, even if none serves the task's group.");

    /// <summary>Reads the option and the setting.</summary>
    /// <exception cref="CliException">The setting is not valid.</exception>
    public static WorkerStart Read(DqInvocation invocation, Option<bool> without) =>
        new(invocation, !invocation.Get(without) && invocation.Settings.Get(SettingKeys.StartWorker));

    /// <inheritdoc/>
    public Task ForAsync(params IReadOnlyList<TaskId> ids) => ForAllAsync(ids.Chunk(PageSize).Select(part => new TaskQuery { Ids = part }));

    /// <inheritdoc/>
    public Task ForGroupsAsync(IReadOnlyList<string> groups) => groups.Count == 0 ? Task.CompletedTask : ForAllAsync([new TaskQuery { Groups = groups }]);

    private async Task ForAllAsync(IEnumerable<TaskQuery> queries)
    {
        if (!isWanted)
        {
            return;
        }

        try
        {
            foreach (var query in queries)
            {
                foreach (var group in await FindUnservedAsync(query))
                {
                    await StartAsync(group);
                }
            }
        }
        catch (Exception e) when (Failures.IsKnown(e) || e is Win32Exception)
        {
            invocation.Output.Say($"dq: No worker was started: {Failures.MessageOf(e)}");
        }
    }

    private async Task StartAsync(string group)
    {
        if (Advice is { } advice)
        {
            throw CliException.NoWorker(advice);
        }

        if (!IsAllowed)
        {
            return;
        }

        var idleEnd = invocation.Settings.Get(SettingKeys.WorkerIdleEnd);
        var unit = new UserUnit(invocation.QueuePath);
        var (pid, started) = await new DaemonStart(invocation, WorkerCommand.IdleEnd(idleEnd), DaemonEnvironment.Read(), unit).StartAsync(group);
        if (started)
        {
            var queue = invocation.Has(GlobalOptions.Queue) ? $" --queue {invocation.Get(GlobalOptions.Queue)}" : "";
            var kind = unit.IsInstalled && await unit.FindProcessAsync(invocation.Token) == pid ? $", unit {unit.Name}"
                : idleEnd > TimeSpan.Zero ? $", ends after {SettingText.Of(idleEnd)} without work"
                : "";
            invocation.Output.Say($"A worker was started (pid {pid}{kind}); 'dq worker --stop{queue}' stops it.");
        }
    }

    /// <summary>The groups of the tasks that a worker would run at once, or as soon as time has passed or a slot is free.</summary>
    private async Task<IReadOnlyList<string>> FindUnservedAsync(TaskQuery query)
    {
        var queue = await invocation.OpenAsync();
        var workers = await queue.Inspector.GetWorkersAsync(invocation.Token);
        var unserved = new List<TaskView>();
        query = query with { States = [TaskState.Queued], Types = [CommandTask.TypeName] };
        await foreach (var info in TaskViews.ReadInfosAsync(queue, query, PageSize, invocation.Token))
        {
            if (!WorkerPresence.IsServed(info, workers))
            {
                unserved.Add(new TaskView(info, content: null));
            }
        }

        if (unserved.Count == 0)
        {
            return [];
        }

        await (await QueueSituation.ReadAsync(invocation)).ExplainAsync(unserved, invocation.Token);
        return [.. unserved.Where(NeedsOnlyWorker).Select(task => task.Info.Group).Distinct(StringComparer.Ordinal)];
    }

    private static bool NeedsOnlyWorker(TaskView task) =>
        task.Reasons.Any(reason => reason.Word == TaskReason.NoWorker) && task.Reasons.All(reason => reason.Word == TaskReason.NoWorker || reason.EndsByTime);
}
