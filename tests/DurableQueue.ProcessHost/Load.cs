using System.Text;

namespace DurableQueue.ProcessHost;

/// <summary>
/// Produces and works at once, in every way that writes, until it is killed. Each call that changes something is told twice: <c>? …</c> before it is
/// made, <c>+ …</c> with the answer once the queue has acknowledged it. What has no second line may have happened or not.
/// </summary>
internal sealed class Load
{
    private const string Unlimited = "free";

    private static readonly RetentionPolicy CancelledOnly = new() { Cancelled = TimeSpan.Zero, Killed = TimeSpan.Zero };

    private static int resting;

    private readonly ITaskQueue queue;
    private readonly string name;
    private readonly Random random;
    private readonly int pauseMilliseconds;
    private readonly bool prunes;
    private readonly CheckoutRequest request;
    private readonly List<TaskId> recent = [];
    private readonly List<TaskId> failed = [];
    private int round;

    private Load(ITaskQueue queue, Arguments arguments, int caller)
    {
        this.queue = queue;
        name = $"{arguments["name"]}.{caller}";
        random = new Random(arguments.Number("seed", 0) + caller);
        prunes = arguments.Text("prune", "yes") == "yes";
        pauseMilliseconds = arguments.Number("pause", 0);
        request = new CheckoutRequest { Worker = name, LeaseDuration = TimeSpan.FromMilliseconds(arguments.Number("lease", 1_000)) };
    }

    public static Task RunAsync(ITaskQueue queue, Arguments arguments, ParentProcess parent)
    {
        var callers = arguments.Number("callers", 3);
        return Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => new Load(queue, arguments, caller).LoopAsync(parent, callers))));
    }

    private async Task LoopAsync(ParentProcess parent, int callers)
    {
        for (; !parent.Stopping.IsCancellationRequested; round++)
        {
            if (parent.Awake is { IsCompleted: false } awake)
            {
                await RestAsync(awake, callers);
            }

            await (random.Next(100) switch
            {
                < 32 => EnqueueAsync(),
                < 90 => WorkAsync(),
                < 95 => CancelAsync(recent.Count > 0 ? recent[random.Next(recent.Count)] : new TaskId(1)),
                < 97 => RetryAsync(),
                _ => prunes ? PruneAsync() : Task.CompletedTask,
            });
            if (pauseMilliseconds > 0)
            {
                // Not to wait for anything: it bounds the load.
                await Task.Delay(random.Next(pauseMilliseconds + 1), CancellationToken.None);
            }
        }
    }

    /// <summary>The last one who rests says so: no call is under way then.</summary>
    private static async Task RestAsync(Task awake, int callers)
    {
        if (Interlocked.Increment(ref resting) == callers)
        {
            Output.Line("resting");
        }

        await awake;
        Interlocked.Decrement(ref resting);
    }

    private async Task EnqueueAsync()
    {
        var count = random.Next(3) == 0 ? random.Next(2, 6) : 1;
        var tasks = Enumerable.Range(0, count).Select(index => Make(index, count)).ToList();
        Output.Line($"? enqueue {name}/{round} {count}");
        IReadOnlyList<TaskId> ids = count == 1 ? [await queue.EnqueueAsync(tasks[0])] : await queue.EnqueueAsync(tasks);
        Output.Line($"+ enqueue {name}/{round} {string.Join(' ', ids)}");
        recent.AddRange(ids);
        recent.RemoveRange(0, Math.Max(0, recent.Count - 20));
    }

    private NewTask Make(int index, int count)
    {
        var key = $"{name}/{round}/{index}";
        return new NewTask("load", Encoding.UTF8.GetBytes(key))
        {
            Group = random.Next(20) switch { 0 => "one", < 4 => "three", _ => Unlimited },
            Priority = random.Next(3),
            MaxAttempts = 1_000,
            Retry = RetryPolicy.Immediate,
            Delay = random.Next(10) == 0 ? TimeSpan.FromMilliseconds(random.Next(500)) : null,
            DedupKey = count == 1 ? key : null,
            DedupScope = DedupScope.Forever,
            After = random.Next(4) == 0 && index > 0 ? [TaskDependency.OnItem(random.Next(index), DependencyCondition.Finished)] : [],
        };
    }

    private async Task WorkAsync()
    {
        foreach (var task in await queue.CheckoutAsync(request, random.Next(1, 4)))
        {
            Output.Line($"+ checkout {task.Id} {task.Lease.Token}");
            await WorkAsync(task);
        }
    }

    private async Task WorkAsync(LeasedTask task)
    {
        switch (random.Next(100))
        {
            case < 6:
                await FailAsync(task, permanent: false);
                return;
            case < 9:
                await FailAsync(task, permanent: true);
                return;
            case < 14:
                await ReleaseAsync(task);
                return;
            case < 18 when task.Group == Unlimited:
                // Elsewhere the slot may be taken meanwhile, and a resume goes above the limit, which is looked at after each crash.
                await queue.SuspendAsync(task.Lease);
                await queue.ResumeAsync(task.Lease);
                break;
            case < 22:
                await queue.HeartbeatAsync(task.Lease);
                break;
            case < 25:
                await CheckpointAsync(task);
                break;
            case < 28:
                await CheckpointAsync(task);
                await ReleaseAsync(task);
                return;
            case < 31:
                await CancelAsync(task.Id);
                await FailAsync(task, permanent: false);
                return;
        }

        Output.Line($"? complete {task.Id} {task.Lease.Token}");
        var done = await queue.CompleteAsync(task.Lease, Encoding.UTF8.GetBytes($"{task.Id}/{task.Lease.Token}"));
        Output.Line($"+ complete {task.Id} {task.Lease.Token} {done}");
    }

    private async Task FailAsync(LeasedTask task, bool permanent)
    {
        Output.Line($"? fail {task.Id} {task.Lease.Token} {permanent}");
        var held = await queue.FailAsync(task.Lease, new TaskFailure($"failed {task.Lease.Token}") { Permanent = permanent });
        Output.Line($"+ fail {task.Id} {task.Lease.Token} {held}");
        if (held && permanent)
        {
            failed.Add(task.Id);
        }
    }

    private async Task ReleaseAsync(LeasedTask task)
    {
        Output.Line($"? release {task.Id} {task.Lease.Token}");
        Output.Line($"+ release {task.Id} {task.Lease.Token} {await queue.ReleaseAsync(task.Lease)}");
    }

    private async Task CheckpointAsync(LeasedTask task)
    {
        Output.Line($"? checkpoint {task.Id} {task.Lease.Token}");
        var kept = await queue.CheckpointAsync(task.Lease, Encoding.UTF8.GetBytes($"{task.Lease.Token}"));
        Output.Line($"+ checkpoint {task.Id} {task.Lease.Token} {kept}");
    }

    private async Task CancelAsync(TaskId id)
    {
        Output.Line($"? cancel {id}");
        try
        {
            Output.Line($"+ cancel {id} {await queue.Control.CancelAsync(id)}");
        }
        catch (TaskNotFoundException)
        {
            // Cancelled before, and pruned.
            Output.Line($"+ cancel {id} NotFound");
        }
    }

    private async Task RetryAsync()
    {
        if (failed.Count == 0)
        {
            return;
        }

        var id = failed[^1];
        failed.RemoveAt(failed.Count - 1);
        Output.Line($"? retry {id}");
        try
        {
            await queue.Control.RetryAsync(id);
            Output.Line($"+ retry {id} True");
        }
        catch (TaskNotFoundException)
        {
            // The parent process prunes what is finished.
            Output.Line($"+ retry {id} False");
        }
        catch (TaskStateException)
        {
            Output.Line($"+ retry {id} False");
        }
    }

    private async Task PruneAsync()
    {
        Output.Line("? prune");
        Output.Line($"+ prune {await queue.Control.PruneAsync(CancelledOnly)}");
    }
}
