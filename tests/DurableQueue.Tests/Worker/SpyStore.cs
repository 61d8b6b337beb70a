using System.Collections.Concurrent;
using System.Threading.Channels;
using DurableQueue.Storage;

namespace DurableQueue.Tests.Worker;

/// <summary>The real store, watched: what the worker asked of it, and trouble on demand.</summary>
internal sealed class SpyStore(ITaskStore store) : DelegatingTaskStore(store)
{
    private static readonly StoreHealth Blank = new()
    {
        WriterWait = TimeSpan.Zero,
        LogBytes = 0,
        Ready = 0,
        OldestReadyAge = null,
        LiveWorkers = 0,
        StaleWorkers = 0,
        UnservedTypes = [],
        UnservedGroups = [],
        Inconsistencies = [],
    };

    private readonly Channel<int> heartbeats = Channel.CreateUnbounded<int>();
    private readonly Channel<double> progress = Channel.CreateUnbounded<double>();
    private readonly Channel<TaskId> suspended = Channel.CreateUnbounded<TaskId>();
    private readonly Channel<TaskId> resumed = Channel.CreateUnbounded<TaskId>();
    private readonly Channel<bool> healthReads = Channel.CreateUnbounded<bool>();
    private readonly ConcurrentDictionary<string, int> failuresLeft = new();

    /// <summary>The number of leases in each heartbeat that succeeded.</summary>
    public ChannelReader<int> Heartbeats => heartbeats.Reader;

    public ConcurrentQueue<LeasedTask> CheckedOut { get; } = new();

    public ConcurrentQueue<int> CheckoutSizes { get; } = new();

    /// <summary>The progress reports that reached the store.</summary>
    public ChannelReader<double> Progress => progress.Reader;

    /// <summary>The tasks whose attempts gave their slot back.</summary>
    public ChannelReader<TaskId> Suspended => suspended.Reader;

    /// <summary>The tasks whose attempts took it again.</summary>
    public ChannelReader<TaskId> Resumed => resumed.Reader;

    /// <summary>One for each read of the store's health, when it begins.</summary>
    public ChannelReader<bool> HealthReads => healthReads.Reader;

    /// <summary>What the store is to say of its health instead.</summary>
    public Func<StoreHealth, StoreHealth> ChangeHealth { get; set; } = health => health;

    /// <summary>Awaited by each heartbeat before it reaches the store.</summary>
    public Func<Task> BeforeHeartbeat { get; set; } = () => Task.CompletedTask;

    /// <summary>What the worker is told of a lease instead.</summary>
    public Func<HeartbeatResult, HeartbeatResult> ChangeHeartbeat { get; set; } = result => result;

    /// <summary>Lists of completions that the store was asked for.</summary>
    public int CompletionCalls { get; private set; }

    /// <summary>Thrown, once they are stored, by the lists of completions.</summary>
    public Exception? CompletionDefect { get; set; }

    /// <summary>Lists with more than one completion are refused with an error that nobody expects, unless they are stored.</summary>
    public bool RefusesCompletionLists { get; set; }

    /// <summary>How many lists were refused.</summary>
    public int RefusedLists { get; private set; }

    /// <summary>The next calls of an operation fail as a busy file makes them fail.</summary>
    public void Fail(string operation, int times) => failuresLeft[operation] = times;

    public override async ValueTask<IReadOnlyList<LeasedTask>> WaitForTasksAsync(long seen, WaitingWorker waiting, CancellationToken cancellationToken)
    {
        var watched = waiting with
        {
            // Where a checkout is to fail, the worker has to make one.
            TakeSlots = () => failuresLeft.GetValueOrDefault(nameof(CheckoutAsync)) > 0 ? 0 : Counted(waiting.TakeSlots()),
        };
        var tasks = await base.WaitForTasksAsync(seen, watched, cancellationToken);
        foreach (var task in tasks)
        {
            CheckedOut.Enqueue(task);
        }

        return tasks;

        int Counted(int slots)
        {
            if (slots > 0)
            {
                CheckoutSizes.Enqueue(slots);
            }

            return slots;
        }
    }

    public override async ValueTask<IReadOnlyList<LeasedTask>> CheckoutAsync(CheckoutRequest request, int maxTasks, CancellationToken cancellationToken)
    {
        CheckoutSizes.Enqueue(maxTasks);
        ThrowIfAsked(nameof(CheckoutAsync));
        var tasks = await base.CheckoutAsync(request, maxTasks, cancellationToken);
        foreach (var task in tasks)
        {
            CheckedOut.Enqueue(task);
        }

        return tasks;
    }

    public override async ValueTask<HeartbeatResult[]> HeartbeatAsync(Lease[] leases, CancellationToken cancellationToken)
    {
        await BeforeHeartbeat();
        ThrowIfAsked(nameof(HeartbeatAsync));
        var results = await base.HeartbeatAsync(leases, cancellationToken);
        await heartbeats.Writer.WriteAsync(leases.Length, cancellationToken);
        return [.. results.Select(ChangeHeartbeat)];
    }

    public override ValueTask<bool> CompleteAsync(Lease lease, ReadOnlyMemory<byte> result, CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(CompleteAsync));
        return base.CompleteAsync(lease, result, cancellationToken);
    }

    public override async ValueTask<bool[]> CompleteAsync(IReadOnlyList<TaskCompletion> tasks, Action? inLine, CancellationToken cancellationToken)
    {
        CompletionCalls++;
        if (RefusesCompletionLists && tasks.Count > 1)
        {
            RefusedLists++;
            throw new InvalidOperationException("a defect of the store");
        }

        ThrowIfAsked(nameof(CompleteAsync));
        var kept = await base.CompleteAsync(tasks, inLine, cancellationToken);
        return CompletionDefect is null ? kept : throw CompletionDefect;
    }

    public override ValueTask<bool> FailAsync(Lease lease, TaskFailure failure, CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(FailAsync));
        return base.FailAsync(lease, failure, cancellationToken);
    }

    public override ValueTask<bool> ReleaseAsync(Lease lease, long delayMs, CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(ReleaseAsync));
        return base.ReleaseAsync(lease, delayMs, cancellationToken);
    }

    public override ValueTask<bool> RouteAsync(Lease lease, RouteDecision choice, bool isFallback, CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(RouteAsync));
        return base.RouteAsync(lease, choice, isFallback, cancellationToken);
    }

    public override async ValueTask<bool> SuspendAsync(Lease lease, CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(SuspendAsync));
        var held = await base.SuspendAsync(lease, cancellationToken);
        suspended.Writer.TryWrite(lease.TaskId);
        return held;
    }

    public override async ValueTask<bool> ResumeAsync(Lease lease, CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(ResumeAsync));
        var held = await base.ResumeAsync(lease, cancellationToken);
        resumed.Writer.TryWrite(lease.TaskId);
        return held;
    }

    public override async ValueTask<bool> ReportProgressAsync(Lease lease, double fraction, string? message, CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(ReportProgressAsync));
        var held = await base.ReportProgressAsync(lease, fraction, message, cancellationToken);
        progress.Writer.TryWrite(fraction);
        return held;
    }

    public override ValueTask<bool> CheckpointAsync(Lease lease, ReadOnlyMemory<byte> checkpoint, CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(CheckpointAsync));
        return base.CheckpointAsync(lease, checkpoint, cancellationToken);
    }

    public override async ValueTask<TimeSpan> ProbeWriterAsync(CancellationToken cancellationToken)
    {
        ThrowIfAsked(nameof(ProbeWriterAsync));
        return ChangeHealth(Blank with { WriterWait = await base.ProbeWriterAsync(cancellationToken) }).WriterWait;
    }

    public override async ValueTask<StoreHealth> ReadHealthAsync(CancellationToken cancellationToken)
    {
        healthReads.Writer.TryWrite(true);
        ThrowIfAsked(nameof(ReadHealthAsync));
        return ChangeHealth(await base.ReadHealthAsync(cancellationToken));
    }

    private void ThrowIfAsked(string operation)
    {
        if (failuresLeft.AddOrUpdate(operation, -1, (_, left) => left - 1) >= 0)
        {
            throw new QueueStorageException(QueueStorageError.Busy, $"{operation}: busy, as the test asked.");
        }
    }
}
