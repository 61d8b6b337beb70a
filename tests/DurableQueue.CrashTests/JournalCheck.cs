using System.Globalization;

namespace DurableQueue.CrashTests;

/// <summary>Compares what is stored with what was acknowledged.</summary>
/// <param name="content">What is stored.</param>
/// <param name="verdict">Takes what is wrong.</param>
/// <param name="context">Where and when.</param>
/// <param name="checkoutsAreSynced">False: a checkout may have been forgotten.</param>
internal sealed class JournalCheck(FileContent content, Verdict verdict, string context, bool checkoutsAreSynced = true)
{
    /// <summary>While others go on: what had been acknowledged before the look must be there.</summary>
    public void CheckLiving(JournalCut cut)
    {
        CheckFile();
        foreach (var (id, token) in cut.Completed)
        {
            CheckCompleted(id, token);
        }

        foreach (var (id, token) in cut.Failed)
        {
            CheckFailed(id, token);
        }
    }

    /// <summary>Where nobody prunes, every task that had been acknowledged is there.</summary>
    public void CheckEnqueued(JournalCut cut)
    {
        foreach (var id in cut.Enqueued.Where(id => !content.Tasks.ContainsKey(id)))
        {
            verdict.Lost($"the enqueue of {id} ({context})");
        }
    }

    /// <summary>When nobody is left: everything that is there was tried, and everything acknowledged is there, once.</summary>
    public void CheckAtRest(JournalView view)
    {
        CheckFile();
        foreach (var trouble in view.Trouble)
        {
            if (trouble.StartsWith("duplicated", StringComparison.Ordinal))
            {
                verdict.Duplicated($"{trouble} ({context})");
            }
            else
            {
                verdict.Violated($"{trouble} ({context})");
            }
        }

        CheckKeys(view);
        foreach (var (id, story) in view.Stories)
        {
            CheckStory(id, story);
        }

        foreach (var task in content.Tasks.Values)
        {
            CheckTask(task, view.Stories.GetValueOrDefault(task.Id) ?? new TaskStory());
        }
    }

    private void CheckFile()
    {
        if (content.Integrity != "ok")
        {
            verdict.Violated($"integrity_check: {content.Integrity} ({context})");
        }

        foreach (var broken in content.Broken)
        {
            verdict.Violated($"{broken} ({context})");
        }
    }

    /// <summary>Each payload at most once; those of a list that was not acknowledged all or not at all.</summary>
    private void CheckKeys(JournalView view)
    {
        var stored = content.Tasks.Values.ToLookup(task => task.Key);
        foreach (var same in stored.Where(same => same.Count() > 1))
        {
            verdict.Duplicated($"{same.Key} is stored as {string.Join(", ", same.Select(task => task.Id))} ({context})");
        }

        foreach (var task in content.Tasks.Values.Where(task => !view.Tried.Contains(task.Key)))
        {
            verdict.Violated($"task {task.Id} has the payload '{task.Key}', which nobody stored ({context})");
        }

        foreach (var (list, count) in view.Unanswered)
        {
            var there = Enumerable.Range(0, count).Where(index => stored.Contains($"{list}/{index}")).ToList();
            if (there.Count == 0)
            {
                continue;
            }

            // The ids of a list are consecutive. One that is not there may have been cancelled, and pruned.
            var first = stored[$"{list}/{there[0]}"].First().Id - there[0];
            var missing = Enumerable.Range(0, count).Except(there).Where(index => view.Stories.GetValueOrDefault(first + index) is not { CancelTried: true });
            if (missing.Any())
            {
                verdict.Violated($"of the {count} tasks of {list} only {string.Join(", ", there)} are stored ({context})");
            }
        }
    }

    private void CheckStory(long id, TaskStory story)
    {
        if (story.Completed is { } token)
        {
            CheckCompleted(id, token);
            if (story.CheckedOut.Any(other => other > token))
            {
                verdict.Duplicated($"task {id} was checked out again after its complete with token {token} ({context})");
            }
        }

        if (!content.Tasks.TryGetValue(id, out var task))
        {
            // The children prune what was cancelled, and only that.
            if (story.Key is not null && !story.CancelTried)
            {
                verdict.Lost($"the enqueue of {id}, {story.Key} ({context})");
            }

            return;
        }

        if (story.Key is { } key && task.Key != key)
        {
            verdict.Lost($"task {id} was acknowledged for {key} and holds {task.Key} ({context})");
        }

        foreach (var failed in story.Failed)
        {
            CheckFailed(id, failed);
        }

        if (checkoutsAreSynced && story.CheckedOut.Any(checkedOut => checkedOut > task.Token))
        {
            verdict.Lost($"a checkout of task {id}: its token is {task.Token}, acknowledged was {story.CheckedOut.Max()} ({context})");
        }

        if (task.State == TaskState.CheckedOut && story.Released.Contains(task.Token))
        {
            verdict.Lost($"the release of task {id} with token {task.Token} ({context})");
        }

        if (story.Cancelled && task.State != TaskState.Cancelled)
        {
            verdict.Lost($"the cancel of task {id}: it is {task.State} ({context})");
        }

        if (story.Failed.Any(failed => story.FailTried[failed]) && !story.RetryTried && task.State is not (TaskState.Failed or TaskState.Cancelled))
        {
            verdict.Lost($"the permanent failure of task {id}: it is {task.State} ({context})");
        }

        CheckCheckpoint(task, story);
    }

    private void CheckCheckpoint(StoredTask task, TaskStory story)
    {
        var kept = task.Checkpoint is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
        if (task.State is TaskState.Queued or TaskState.CheckedOut && !story.RetryTried && kept < story.Checkpointed)
        {
            verdict.Lost($"the checkpoint {story.Checkpointed} of task {task.Id}: {kept} is kept ({context})");
        }

        if (kept != 0 && !story.CheckpointTried.Contains(kept))
        {
            verdict.Violated($"task {task.Id} keeps the checkpoint {kept}, which nobody made ({context})");
        }
    }

    /// <summary>How a task stands was somebody's doing.</summary>
    private void CheckTask(StoredTask task, TaskStory story)
    {
        var tried = task.Outcome switch
        {
            TaskOutcome.Succeeded => story.CompleteTried.Contains(task.Token),
            TaskOutcome.Failed => story.FailTried.GetValueOrDefault(task.Token),
            TaskOutcome.Cancelled or TaskOutcome.Killed => story.CancelTried,
            TaskOutcome.None => true,
            _ => false,
        };
        if (!tried)
        {
            verdict.Violated($"task {task.Id} ended {task.Outcome} with token {task.Token}, which nobody asked for ({context})");
        }

        if (task.State == TaskState.Done && task.Result != $"{task.Id}/{task.Token}")
        {
            verdict.Violated($"task {task.Id} has the result {task.Result}, completed with token {task.Token} ({context})");
        }
    }

    private void CheckCompleted(long id, long token)
    {
        if (!content.Tasks.TryGetValue(id, out var task) || task.State != TaskState.Done)
        {
            verdict.Lost($"the complete of task {id} with token {token}: it is {task?.State.ToString() ?? "gone"} ({context})");
        }
        else if (task.Token != token)
        {
            verdict.Duplicated($"task {id} was completed with token {token} and is done with {task.Token} ({context})");
        }
    }

    private void CheckFailed(long id, long token)
    {
        if (content.Tasks.TryGetValue(id, out var task) && task.State != TaskState.Cancelled && !content.Attempts.ContainsKey((id, token)))
        {
            verdict.Lost($"the failure of task {id} with token {token} ({context})");
        }
    }
}
