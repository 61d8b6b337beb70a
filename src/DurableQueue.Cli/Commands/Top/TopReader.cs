using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Commands.Inspection;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Top;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands.Top;

/// <summary>Reads what <c>dq top</c> shows. However long the queue is, only the rows that can be reached with a few keys are read.</summary>
internal sealed class TopReader(DqInvocation invocation)
{
    /// <summary>How many tasks are read at first, and how many more when the selection comes near the last one.</summary>
    private const int Step = 200;
    private const int MostTasks = 10_000;
    private const int MostFinished = 50;
    private const int MostApprovals = 5;

    /// <summary>How long the content of a task that has not moved is believed. Only an edit changes it.</summary>
    private static readonly TimeSpan ContentsFor = TimeSpan.FromSeconds(3);

    /// <summary>How long a queue that nobody writes to is not read again. Processes and workers may be paused or die meanwhile.</summary>
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(3);

    /// <summary>Reading takes at most one part of so many of the time.</summary>
    private const int Share = 10;

    private (DateTime, DateTime, long) stamp;
    private long began;
    private TimeSpan took;
    private Dictionary<TaskId, TaskContent> contents = [];
    private HashSet<(TaskId, TaskState, int, int)> known = [];
    private long contentsSince;

    /// <summary>Whether there may be something new that is worth the time.</summary>
    public bool IsDue => invocation.Time.GetElapsedTime(began) is var since && since > took * Share && (since > QuietFor || stamp != Stamp());

    /// <exception cref="QueueStorageException">The queue can't be read, or its file is gone.</exception>
    public async Task<TopData> ReadAsync(TopQuestion question)
    {
        (stamp, began) = (Stamp(), invocation.Time.GetTimestamp());
        try
        {
            return await ReadNowAsync(question);
        }
        catch
        {
            // Tried again at the next opportunity.
            stamp = default;
            throw;
        }
        finally
        {
            took = invocation.Time.GetElapsedTime(began);
        }
    }

    /// <summary>When the file and its log were written to. Windows tells it late.</summary>
    private (DateTime File, DateTime Log, long Length) Stamp() => OperatingSystem.IsWindows()
        ? (invocation.Time.GetUtcNow().UtcDateTime, default, 0)
        : (File.GetLastWriteTimeUtc(invocation.QueuePath), File.GetLastWriteTimeUtc($"{invocation.QueuePath}-wal"), new FileInfo($"{invocation.QueuePath}-wal") is { Exists: true } log ? log.Length : 0);

    private async Task<TopData> ReadNowAsync(TopQuestion question)
    {
        if (!File.Exists(invocation.QueuePath))
        {
            throw new QueueStorageException(QueueStorageError.Lost, $"The queue {invocation.QueuePath} is gone.");
        }

        var queue = await invocation.OpenAsync();
        var limit = Math.Min(MostTasks, (Math.Min(question.Selected, MostTasks) / Step * Step) + (2 * Step));
        var infos = await FindAsync(queue, question, limit);
        var visible = infos.Skip(question.FirstRow).Take(question.Rows).ToList();
        await ReadContentsAsync(queue, visible);
        var views = infos.Select(info => new TaskView(info, contents.GetValueOrDefault(info.Id))).ToList();
        await (await QueueSituation.ReadAsync(invocation)).ExplainAsync(views.Skip(question.FirstRow).Take(question.Rows), invocation.Token);
        var selected = infos.FirstOrDefault(info => info.Id == question.Chosen);
        return new TopData
        {
            Groups = await queue.Groups.ListAsync(invocation.Token),
            Workers = (await queue.Inspector.GetWorkersAsync(invocation.Token)).Count(WorkerPresence.RunsCommands),
            Tasks = views,
            Attempts = selected is { Attempt: > 1 } or { LastError: not null } ? await AttemptsAsync(queue, selected.Id) : [],
            Approvals = selected is { IsFinished: false } ? await ApprovalsAsync(queue, selected.Id) : [],
        };
    }

    /// <summary>What runs, then what is queued, then what has ended, the latest first; or what the filter finds, in its order.</summary>
    private async Task<IReadOnlyList<TaskInfo>> FindAsync(ITaskQueue queue, TopQuestion question, int limit)
    {
        if (question.Only is { } only)
        {
            return await queue.Inspector.GetAsync(only, invocation.Token) is { } task ? [task] : [];
        }

        var query = new TaskQuery { Filter = question.Filter, Limit = limit };
        if (question.Filter is { HasOrder: true } or { Limit: not null })
        {
            return (await queue.Inspector.QueryAsync(query, invocation.Token)).Tasks;
        }

        var found = new List<TaskInfo>();
        foreach (var state in new[] { TaskState.CheckedOut, TaskState.Queued })
        {
            found.AddRange((await queue.Inspector.QueryAsync(query with { States = [state] }, invocation.Token)).Tasks);
        }

        if (found.Count < limit)
        {
            var ended = await queue.Inspector.QueryAsync(
                query with
                {
                    States = [TaskState.Done, TaskState.Failed, TaskState.Cancelled],
                    Order = TaskOrder.FinishedDescending,
                    Limit = question.EndedAfter is null ? limit - found.Count : Math.Min(MostFinished, limit - found.Count),
                },
                invocation.Token);
            found.AddRange(ended.Tasks.TakeWhile(task => question.EndedAfter is not { } earliest || task.FinishedAt >= earliest));
        }

        return found;
    }

    private async Task ReadContentsAsync(ITaskQueue queue, IReadOnlyList<TaskInfo> visible)
    {
        if (invocation.Time.GetElapsedTime(contentsSince) > ContentsFor)
        {
            (contents, known, contentsSince) = ([], [], invocation.Time.GetTimestamp());
        }

        var missing = visible.Where(task => !known.Contains(Version(task))).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        // A copy: the screen may be showing those that were read before.
        var all = new Dictionary<TaskId, TaskContent>(contents);
        foreach (var (id, content) in await queue.Inspector.GetContentsAsync([.. missing.Select(task => task.Id)], invocation.Token))
        {
            all[id] = content;
        }

        contents = all;
        known.UnionWith(missing.Select(Version));
    }

    private static (TaskId Id, TaskState State, int Attempt, int Pending) Version(TaskInfo task) => (task.Id, task.State, task.Attempt, task.PendingDependencies);

    private async Task<IReadOnlyList<TaskAttempt>> AttemptsAsync(ITaskQueue queue, TaskId id)
    {
        try
        {
            return await queue.Inspector.GetAttemptsAsync(id, invocation.Token);
        }
        catch (TaskNotFoundException)
        {
            // Removed since it was read.
            return [];
        }
    }

    private async Task<IReadOnlyList<ApprovalInfo>> ApprovalsAsync(ITaskQueue queue, TaskId id)
    {
        var requests = new List<ApprovalInfo>();
        await foreach (var request in queue.Approvals.ReadAsync(new ApprovalQuery { Task = id, Status = ApprovalStatus.Pending }, invocation.Token))
        {
            requests.Add(request);
            if (requests.Count == MostApprovals)
            {
                break;
            }
        }

        return requests;
    }
}
