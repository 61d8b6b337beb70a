namespace DurableQueue.ModelTests;

/// <summary>
/// One operation of a program. It names tasks and leases by picks, numbers that count among those that the model has at the moment: what is
/// left after a shrink still means something.
/// </summary>
internal abstract record Operation
{
    /// <summary>Not together with other calls: it moves the clock, or closes the queue.</summary>
    public virtual bool IsAlone => false;

    /// <summary>Settles what the picks mean now.</summary>
    public abstract Step Bind(Model model);

    /// <summary>The same with less in it, to be tried while a failing program is made smaller.</summary>
    public virtual IEnumerable<Operation> Simpler() => [];
}

/// <summary>An operation whose picks are settled, ready for the queue and for the model.</summary>
/// <param name="Text">For the transcript.</param>
/// <param name="OnQueue">The call on the real queue.</param>
/// <param name="OnModel">The same on the model. It is told what the queue answered, for the numbers that the queue is free to choose.</param>
/// <param name="Subjects">The tasks that it names.</param>
internal sealed record Step(string Text, Func<QueueUnderTest, Task<Answer>> OnQueue, Func<Model, Answer, Answer> OnModel, params IReadOnlyList<long> Subjects)
{
    /// <summary>It may only give tasks that nobody else has.</summary>
    public bool IsCheckout { get; init; }

    public async Task<Answer> RunOnQueueAsync(QueueUnderTest queue)
    {
        try
        {
            return await OnQueue(queue);
        }
        catch (Exception e) when (Answer.IsAnswer(e))
        {
            return Answer.Of(e);
        }
    }

    public Answer RunOnModel(Model model, Answer queue)
    {
        try
        {
            return model.Run(m => OnModel(m, queue));
        }
        catch (Exception e) when (Answer.IsAnswer(e))
        {
            return Answer.Of(e);
        }
    }
}

/// <summary>Which tasks a pick counts among; there may be none.</summary>
internal enum Among
{
    All,
    Queued,
    Held,
    Awaiting,
    Asked,
    CheckedOut,
    Finished,
}

/// <summary>A task: the one with this number among those of a kind, wrapping around; any task if there is none of the kind.</summary>
internal readonly record struct TaskPick(Among Among, int Number)
{
    private const long NoTask = 1_000_000;

    public long In(Model model)
    {
        var among = Among;
        var tasks = model.Tasks.Where(task => among switch
        {
            Among.Queued => task.IsQueued,
            Among.Held => task.Holds(model.Now) != TaskHolds.None,
            Among.Awaiting => task.Holds(model.Now).HasFlag(TaskHolds.Dependencies),
            Among.Asked => task.Holds(model.Now).HasFlag(TaskHolds.Approval),
            Among.CheckedOut => task.State == TaskState.CheckedOut,
            Among.Finished => task.Info.IsFinished,
            _ => true,
        }).ToList();
        if (tasks.Count == 0)
        {
            tasks = [.. model.Tasks];
        }

        // One in a hundred or so names a task that never was.
        return tasks.Count == 0 || Number % 101 == 100 ? NoTask : tasks[Number % tasks.Count].Id;
    }
}

/// <summary>A lease: one that counts, or a stale one of a task that still exists or is gone.</summary>
internal readonly record struct LeasePick(bool Stale, int Number)
{
    public Lease In(Model model)
    {
        var held = model.Tasks.Where(task => task.State == TaskState.CheckedOut).ToList();
        if (!Stale && held.Count > 0)
        {
            return LeaseOf(held[Number % held.Count], 0);
        }

        // The latest token of a task that is not checked out any more, or an earlier one.
        var leased = model.Tasks.Where(task => task.Token > (task.State == TaskState.CheckedOut ? 1 : 0)).ToList();
        if (leased.Count == 0)
        {
            return new Lease(new TaskId(1), 1, model.Now);
        }

        var stale = leased[Number % leased.Count];
        return LeaseOf(stale, stale.State == TaskState.CheckedOut ? 1 : 0);
    }

    private static Lease LeaseOf(ModelTask task, int back) => new(task.Info.Id, task.Token - back, task.Info.LeaseExpiresAt ?? default);
}
