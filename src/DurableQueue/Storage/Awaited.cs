using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace DurableQueue.Storage;

/// <summary>
/// Something that one caller waits for: one that awaits it continues on its dispatcher, one that blocks on it is woken by the thread that completes it. Neither
/// needs the pool.
/// </summary>
internal abstract class Awaited<TResult> : DispatcherItem, IValueTaskSource<TResult>, IValueTaskSource
{
    /// <summary>In place of a continuation: it was completed, and nobody waited.</summary>
    private static readonly Action<object?> Nobody = _ => { };

    private Action<object?>? continuation;
    private object? state;
    private object? scheduling;
    private ExecutionContext? flow;
    private TResult? result;
    private Exception? error;
    private bool completed;
    private bool blocks;

    public TResult GetResult(short token)
    {
        if (!Volatile.Read(ref completed))
        {
            Block();
        }

        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return result!;
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) =>
        !Volatile.Read(ref completed) ? ValueTaskSourceStatus.Pending
        : error is null ? ValueTaskSourceStatus.Succeeded
        : error is OperationCanceledException ? ValueTaskSourceStatus.Canceled
        : ValueTaskSourceStatus.Faulted;

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        this.state = state;
        flow = flags.HasFlag(ValueTaskSourceOnCompletedFlags.FlowExecutionContext) ? ExecutionContext.Capture() : null;
        scheduling = flags.HasFlag(ValueTaskSourceOnCompletedFlags.UseSchedulingContext) ? CurrentScheduling() : null;
        if (Interlocked.CompareExchange(ref this.continuation, continuation, null) is null)
        {
            return;
        }

        // Completed since the caller asked.
        this.continuation = continuation;
        Arrive();
    }

    protected void Complete(TResult? outcome, Exception? failure)
    {
        (result, error) = (outcome, failure);
        Volatile.Write(ref completed, true);
        Interlocked.MemoryBarrier();
        if (blocks)
        {
            lock (this)
            {
                Monitor.PulseAll(this);
            }
        }

        if (Interlocked.CompareExchange(ref continuation, Nobody, null) is not null)
        {
            Arrive();
        }
    }

    protected sealed override void OnStart()
    {
        switch (scheduling)
        {
            case SynchronizationContext context:
                context.Post(static awaited => ((Awaited<TResult>)awaited!).Continue(), this);
                break;
            case TaskScheduler scheduler:
                _ = Task.Factory.StartNew(Continue, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
                break;
            default:
                Continue();
                break;
        }
    }

    private static object? CurrentScheduling() =>
        SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext) ? context
        : TaskScheduler.Current != TaskScheduler.Default ? TaskScheduler.Current
        : null;

    private void Continue()
    {
        if (flow is null)
        {
            continuation!(state);
        }
        else
        {
            ExecutionContext.Run(flow, static awaited => ((Awaited<TResult>)awaited!).continuation!(((Awaited<TResult>)awaited).state), this);
        }
    }

    private void Block()
    {
        lock (this)
        {
            blocks = true;
            Interlocked.MemoryBarrier();
            while (!Volatile.Read(ref completed))
            {
                Monitor.Wait(this);
            }
        }
    }
}
