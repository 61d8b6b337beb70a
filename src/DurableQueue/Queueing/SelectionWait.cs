namespace DurableQueue.Queueing;

/// <summary>One wait: for given tasks, or for a selection with what is added to it meanwhile.</summary>
/// <param name="queue">The queue.</param>
/// <param name="selection">The selection; <see langword="null"/> for given tasks.</param>
/// <param name="covered">All tasks that the wait is for, as they were at its start.</param>
/// <param name="options">How long, and whether the first failure ends it.</param>
/// <param name="time">The clock.</param>
/// <param name="changed">Told once of each task that ends during the wait.</param>
internal sealed class SelectionWait(
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

    /// <summary>How many tasks the wait is for, as far as is known.</summary>
    public int Count
    {
        get
        {
            lock (sync)
            {
                return covered.Count;
            }
        }
    }

    /// <summary>Waits until all have ended, or the options end it, or <paramref name="cutShort"/> is cancelled: then the summary says how the tasks are.</summary>
    /// <param name="from">The first finish that is not in what is covered.</param>
    /// <param name="cutShort">Ends the wait with a summary.</param>
    /// <param name="cancellationToken">Ends the wait without one.</param>
    public async Task<WaitSummary> RunAsync(long from, CancellationToken cutShort, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cutShort);
        var watching = WatchAsync(from, over);
        var (timedOut, isCutShort) = (false, false);
        try
        {
            while (NextPending() is { Length: > 0 } next && !IsOver && !timedOut)
            {
                if (await WaitForAsync(next, Left(), over.Token).ConfigureAwait(false) is { } summary)
                {
                    timedOut = summary.TimedOut;
                    removed += summary.Removed;
                    Take(summary.Tasks, next);
                }

                await AddNewAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It was cut short, or one that was added meanwhile has failed.
            isCutShort = true;
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
        }

        if (isCutShort)
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
        }

        await ReadSeenAsync(cancellationToken).ConfigureAwait(false);
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
    private async Task<WaitSummary?> WaitForAsync(TaskId[] tasks, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await queue.Inspector.WaitAsync(TaskSelector.ByIds(tasks), options with { Timeout = timeout }, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Reads once more what had not ended.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        while (NextPending() is { Length: > 0 } next)
        {
            if (await WaitForAsync(next, TimeSpan.Zero, cancellationToken).ConfigureAwait(false) is { } summary)
            {
                removed += summary.Removed;
                Take(summary.Tasks, next);
                return;
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

        foreach (var (id, task) in await selection.ReadUnfinishedAsync(queue, cancellationToken).ConfigureAwait(false))
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
            await foreach (var finish in queue.Inspector.WatchAsync(from, over.Token).ConfigureAwait(false))
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
                        await over.CancelAsync().ConfigureAwait(false);
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
            foreach (var task in (await queue.Inspector.QueryAsync(new TaskQuery { Ids = part, Limit = part.Length }, cancellationToken).ConfigureAwait(false)).Tasks)
            {
                covered[task.Id] = task;
            }
        }
    }

    private WaitSummary Summary(bool timedOut) =>
        WaitSummary.Of([.. covered.Values.OrderBy(task => task.Id)], removed, time.GetElapsedTime(started), timedOut);
}
