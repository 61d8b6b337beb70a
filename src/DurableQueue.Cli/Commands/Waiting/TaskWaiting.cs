using DurableQueue.Cli.CommandLine;
using DurableQueue.Cli.Tasks;
using DurableQueue.Cli.Workers;

namespace DurableQueue.Cli.Commands.Waiting;

/// <summary>One wait: for given tasks, or for a selection with what is added to it meanwhile.</summary>
/// <param name="queue">The queue.</param>
/// <param name="selection">The selection; <see langword="null"/> for given tasks.</param>
/// <param name="covered">All tasks that the wait is for, as they were at its start.</param>
/// <param name="options">How long, and whether the first failure ends it.</param>
/// <param name="time">The clock.</param>
/// <param name="changed">Told once of each task that ends during the wait.</param>
internal sealed class TaskWaiting(
    ITaskQueue queue, TaskSelection? selection, Dictionary<TaskId, TaskInfo> covered, WaitOptions options, TimeProvider time, Action<TaskId, TaskOutcome> changed)
{
    private const int MostAtOnce = 100_000;

    private readonly Lock sync = new();
    private readonly HashSet<TaskId> seen = [];
    private readonly HashSet<TaskId> endedBefore = [.. covered.Values.Where(task => task.IsFinished).Select(task => task.Id)];
    private readonly long started = time.GetTimestamp();
    private int removed;
    private bool sawFailure = covered.Values.Any(HasFailed);
    private TaskId[] pending = [];

    /// <summary>The tasks that have not ended, as far as is known.</summary>
    public IReadOnlyList<TaskId> Pending => Volatile.Read(ref pending);

    /// <summary>Tasks that the wait is for and that did not succeed.</summary>
    public static bool HasFailed(TaskInfo task) => task.IsFinished && task.Outcome != TaskOutcome.Succeeded;

    /// <param name="from">The first finish that is not in what is covered.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<WaitSummary> RunAsync(long from, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(from, over);
        var timedOut = false;
        try
        {
            while (NextPending() is { Length: > 0 } next && !IsOver && !timedOut)
            {
                if (await WaitForAsync(next, over.Token) is { } summary)
                {
                    timedOut = summary.TimedOut;
                    removed += summary.Removed;
                    Take(summary.Tasks, next);
                }

                await AddNewAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // One that was added meanwhile has failed, and that ends the wait.
        }
        finally
        {
            await over.CancelAsync();
            await watching;
        }

        await ReadSeenAsync(cancellationToken);
        foreach (var task in covered.Values.Where(task => task.IsFinished && !endedBefore.Contains(task.Id) && !seen.Contains(task.Id)))
        {
            // The wait was over before the watch came to it.
            changed(task.Id, task.Outcome);
        }

        return Summary(timedOut);
    }

    /// <summary>How many have not ended, as far as is known.</summary>
    public int CountLeft()
    {
        lock (sync)
        {
            return covered.Values.Count(task => !task.IsFinished && !seen.Contains(task.Id));
        }
    }

    private bool IsOver => options.FailFast && Volatile.Read(ref sawFailure);

    private TimeSpan? Left() =>
        options.Timeout is { } all ? TimeSpan.FromTicks(Math.Max(0, (all - time.GetElapsedTime(started)).Ticks)) : null;

    private TaskId[] NextPending()
    {
        lock (sync)
        {
            TaskId[] next = [.. covered.Values.Where(task => !task.IsFinished).Select(task => task.Id).Take(MostAtOnce)];
            Volatile.Write(ref pending, next);
            return next;
        }
    }

    /// <returns><see langword="null"/> if one of them was removed since it was read.</returns>
    private async Task<WaitSummary?> WaitForAsync(TaskId[] tasks, CancellationToken cancellationToken)
    {
        try
        {
            return await queue.Inspector.WaitAsync(TaskSelector.ByIds(tasks), options with { Timeout = Left() }, cancellationToken);
        }
        catch (TaskNotFoundException e)
        {
            lock (sync)
            {
                removed++;
                covered.Remove(e.Id);
                return null;
            }
        }
    }

    private void Take(IReadOnlyList<TaskInfo> tasks, TaskId[] awaited)
    {
        lock (sync)
        {
            foreach (var id in awaited)
            {
                covered.Remove(id);
            }

            foreach (var task in tasks)
            {
                covered[task.Id] = task;
                sawFailure |= HasFailed(task);
            }
        }
    }

    /// <summary>What was added to the selection, or came back to it by a retry.</summary>
    private async Task AddNewAsync(CancellationToken cancellationToken)
    {
        if (selection is null)
        {
            return;
        }

        foreach (var (id, task) in await selection.ReadUnfinishedAsync(queue, cancellationToken))
        {
            lock (sync)
            {
                covered[id] = task;
            }
        }
    }

    /// <summary>Tells of each end, also of tasks that were added after the start.</summary>
    private async Task WatchAsync(long from, CancellationTokenSource over)
    {
        try
        {
            await foreach (var finish in queue.Inspector.WatchAsync(from, over.Token))
            {
                bool isOurs;
                lock (sync)
                {
                    isOurs = covered.ContainsKey(finish.Id) || selection?.Matches(finish.Group, finish.Label) == true;
                    if (isOurs)
                    {
                        seen.Add(finish.Id);
                        sawFailure |= finish.Outcome != TaskOutcome.Succeeded;
                    }
                }

                if (isOurs)
                {
                    changed(finish.Id, finish.Outcome);
                    if (IsOver)
                    {
                        await over.CancelAsync();
                    }
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HistoryPrunedException)
        {
            // The wait is over, or ends of long ago were pruned meanwhile: the tasks themselves tell the rest.
        }
    }

    /// <summary>Tasks that ended, as they are now: also those that were added and have ended between two looks.</summary>
    private async Task ReadSeenAsync(CancellationToken cancellationToken)
    {
        foreach (var part in seen.Chunk(10_000))
        {
            await foreach (var task in TaskViews.ReadInfosAsync(queue, new TaskQuery { Ids = part }, part.Length, cancellationToken))
            {
                covered[task.Id] = task;
            }
        }
    }

    private WaitSummary Summary(bool timedOut) =>
        WaitSummary.Of([.. covered.Values.OrderBy(task => task.Id)], removed, time.GetElapsedTime(started), timedOut);
}
