using System.Diagnostics;
using Xunit;

namespace DurableQueue.Conformance;

/// <summary>What many tests do to a queue on the way to what they show.</summary>
internal static class QueueSteps
{
    /// <summary>After this long in real time, something that should have ended hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static IReadOnlyList<TaskOutcome> Outcomes { get; } =
    [
        TaskOutcome.Succeeded, TaskOutcome.Failed, TaskOutcome.TimedOut, TaskOutcome.Abandoned, TaskOutcome.DependencyFailed,
        TaskOutcome.Rejected, TaskOutcome.Cancelled, TaskOutcome.Killed,
    ];

    public static Task<T> SoonAsync<T>(this ValueTask<T> pending) => pending.AsTask().WaitAsync(Patience);

    public static Task SoonAsync(this ValueTask pending) => pending.AsTask().WaitAsync(Patience);

    public static Task<T> SoonAsync<T>(this Task<T> pending) => pending.WaitAsync(Patience);

    public static Task SoonAsync(this Task pending) => pending.WaitAsync(Patience);

    /// <summary>Checks out this very task, which must be the best ready one of its type and group.</summary>
    public static async Task<LeasedTask> TakeAsync(this ITaskQueue queue, TaskId id, string worker = "w1")
    {
        var info = await queue.Inspector.GetAsync(id);
        Assert.NotNull(info);
        var task = await queue.CheckoutAsync(new CheckoutRequest { Worker = worker, Groups = [info.Group], Types = [info.Type] });
        Assert.NotNull(task);
        Assert.Equal(id, task.Id);
        return task;
    }

    public static async Task SucceedAsync(this ITaskQueue queue, TaskId id, ReadOnlyMemory<byte> result = default)
    {
        var task = await queue.TakeAsync(id);
        Assert.True(await queue.CompleteAsync(task.Lease, result));
    }

    public static async Task FailForGoodAsync(this ITaskQueue queue, TaskId id, string error = "broke", TaskOutcome outcome = TaskOutcome.Failed)
    {
        var task = await queue.TakeAsync(id);
        Assert.True(await queue.FailAsync(task.Lease, new TaskFailure(error) { Permanent = true, Outcome = outcome }));
    }

    /// <summary>Enqueues a task that <see cref="EndAsync"/> can bring to the outcome.</summary>
    public static async Task<TaskId> EnqueueForAsync(this ITaskQueue queue, TaskOutcome outcome, Func<NewTask, NewTask>? settings = null)
    {
        var task = new NewTask($"to.{outcome}") { MaxAttempts = 1, RequiresApproval = outcome == TaskOutcome.Rejected };
        if (outcome == TaskOutcome.DependencyFailed)
        {
            task = task with { After = [await queue.EnqueueAsync(new NewTask("to.be.cancelled"))] };
        }

        return await queue.EnqueueAsync(settings?.Invoke(task) ?? task);
    }

    /// <summary>Brings a task of <see cref="EnqueueForAsync"/> to its outcome.</summary>
    public static async Task EndAsync(this ITaskQueue queue, ManualTimeProvider time, TaskId id, TaskOutcome outcome)
    {
        switch (outcome)
        {
            case TaskOutcome.Succeeded:
                await queue.SucceedAsync(id);
                break;
            case TaskOutcome.Failed or TaskOutcome.TimedOut:
                await queue.FailForGoodAsync(id, outcome: outcome);
                break;
            case TaskOutcome.Abandoned:
                await queue.TakeAsync(id);
                time.Advance(CheckoutRequest.DefaultLeaseDuration + TimeSpan.FromSeconds(1));
                await queue.ReapExpiredAsync();
                break;
            case TaskOutcome.DependencyFailed:
                var awaited = Assert.Single(await queue.Inspector.GetDependenciesAsync(id));
                await queue.Control.CancelAsync(awaited.On);
                await queue.FinishedAsync(id);
                await queue.WorkOffAsync();
                break;
            case TaskOutcome.Rejected:
                await queue.Control.RejectAsync(id, "ann", "no");
                break;
            case TaskOutcome.Cancelled:
                await queue.Control.CancelAsync(id);
                break;
            case TaskOutcome.Killed:
                var task = await queue.TakeAsync(id);
                Assert.Equal(CancelResult.Requested, await queue.Control.CancelAsync(id));
                Assert.True(await queue.FailAsync(task.Lease, new TaskFailure("stopped")));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No task ends so.");
        }

        var info = await queue.Inspector.GetAsync(id);
        Assert.Equal(outcome, info?.Outcome);
    }

    /// <summary>Enqueues a task and brings it to the outcome.</summary>
    public static async Task<TaskId> EnqueueEndedAsync(
        this ITaskQueue queue, ManualTimeProvider time, TaskOutcome outcome, Func<NewTask, NewTask>? settings = null)
    {
        var id = await queue.EnqueueForAsync(outcome, settings);
        await queue.EndAsync(time, id, outcome);
        return id;
    }

    /// <summary>Waits until the tasks have finished, whatever a cascade still has to do before.</summary>
    public static Task<WaitSummary> FinishedAsync(this ITaskQueue queue, params IReadOnlyList<TaskId> ids) =>
        queue.Inspector.WaitAsync(TaskSelector.ByIds(ids)).SoonAsync();

    /// <summary>Works off the cascade of a small test where no task finishes at its end, so that nothing can be waited for.</summary>
    public static async Task WorkOffAsync(this ITaskQueue queue)
    {
        // Every sweep takes one chunk of the cascade with it.
        for (var chunk = 0; chunk < 5; chunk++)
        {
            await queue.ReapExpiredAsync();
        }
    }

    /// <summary>
    /// Lets a wait that was just called look at the store for the first time. Some round trips through the same store leave it the time
    /// for that; no promise of the queue says when it looks.
    /// </summary>
    public static async Task LetStartAsync(this ITaskQueue queue)
    {
        for (var trip = 0; trip < 10; trip++)
        {
            await queue.Groups.EnsureAsync(NewTask.DefaultGroup);
            await queue.Inspector.CountAsync();
        }
    }

    /// <summary>Moves the clock on until the task ends: it may set its timer later than its call returned.</summary>
    public static async Task AdvanceUntilEndedAsync(this ManualTimeProvider time, Task pending, TimeSpan step)
    {
        var began = Stopwatch.GetTimestamp();
        while (!pending.IsCompleted && Stopwatch.GetElapsedTime(began) < Patience)
        {
            time.Advance(step);
            await Task.Yield();
        }
    }

    /// <summary>Reads a query to its end, page by page.</summary>
    public static async Task<IReadOnlyList<TaskId>> ReadPagesAsync(this ITaskQueue queue, TaskQuery query, Func<int, Task>? betweenPages = null)
    {
        var ids = new List<TaskId>();
        for (var pages = 1; pages <= 1000; pages++)
        {
            var page = await queue.Inspector.QueryAsync(query);
            Assert.InRange(page.Tasks.Count, 0, query.Limit);
            ids.AddRange(page.Tasks.Select(task => task.Id));
            if (page.Next is null)
            {
                return ids;
            }

            query = query with { Cursor = page.Next };
            if (betweenPages is not null)
            {
                await betweenPages(pages);
            }
        }

        Assert.Fail("The pages never end.");
        return ids;
    }

    /// <summary>Reads the next <paramref name="count"/> finishes from a number on, and ends the watch.</summary>
    public static async Task<IReadOnlyList<TaskFinished>> ReadFinishesAsync(this ITaskQueue queue, long fromSequence, int count)
    {
        await using var watch = queue.Inspector.WatchAsync(fromSequence).GetAsyncEnumerator();
        var finishes = new List<TaskFinished>();
        while (finishes.Count < count)
        {
            finishes.Add(await watch.NextAsync());
        }

        return finishes;
    }

    /// <summary>The next finish of a watch, which goes on.</summary>
    public static async Task<TaskFinished> NextAsync(this IAsyncEnumerator<TaskFinished> watch)
    {
        Assert.True(await watch.MoveNextAsync().SoonAsync());
        return watch.Current;
    }

    /// <summary>The number under which a finished task is on record.</summary>
    public static async Task<long> SequenceOfAsync(this ITaskQueue queue, TaskId id)
    {
        var info = await queue.Inspector.GetAsync(id);
        Assert.NotNull(info?.FinishSequence);
        return info.FinishSequence.Value;
    }
}
