using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace DurableQueue.Storage;

/// <summary>
/// Something that one caller waits for: one that awaits it continues on its dispatcher, one that blocks on it is woken by the thread that completes it. Neither
/// needs the pool.
/// </summary>
internal abstract class Awaited : DispatcherItem, IValueTaskSource
{
    /// <summary>In place of a continuation: it was completed, and nobody waited.</summary>
    private static readonly Action<object?> Nobody = _ => { };

    private Action<object?>? continuation;
    private object? state;
    private object? scheduling;
    private ExecutionContext? flow;
    private CancellationLink? giveUp;
    private bool completed;
    private bool blocks;

    /// <summary>Why it ends without a result.</summary>
    public Exception? Error { get; protected set; }

    public bool IsCompleted => Volatile.Read(ref completed);

    void IValueTaskSource.GetResult(short token) => WaitForEnd();

    public ValueTaskSourceStatus GetStatus(short token) =>
        !IsCompleted ? ValueTaskSourceStatus.Pending
        : Error is null ? ValueTaskSourceStatus.Succeeded
        : Error is OperationCanceledException ? ValueTaskSourceStatus.Canceled
        : ValueTaskSourceStatus.Faulted;

    /// <exception cref="InvalidOperationException">It is awaited already.</exception>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        RequireFirst(Volatile.Read(ref this.continuation));
        this.state = state;
        flow = flags.HasFlag(ValueTaskSourceOnCompletedFlags.FlowExecutionContext) ? ExecutionContext.Capture() : null;
        scheduling = flags.HasFlag(ValueTaskSourceOnCompletedFlags.UseSchedulingContext) ? CurrentScheduling() : null;
        var found = Interlocked.CompareExchange(ref this.continuation, continuation, null);
        RequireFirst(found);
        if (found is not null)
        {
            // Completed since the caller asked.
            this.continuation = continuation;
            Arrive();
        }
    }

    /// <summary>Ends the waiting with an error, unless it has come too far for that.</summary>
    public abstract bool TryGiveUp(Exception error);

    /// <summary>Has the token end the waiting, with the error of a cancelled call.</summary>
    public void GiveUpWith(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref giveUp, new CancellationLink(cancellationToken.UnsafeRegister(
            static (awaited, token) => ((Awaited)awaited!).TryGiveUp(new OperationCanceledException(token)), this)));
        if (IsCompleted)
        {
            Unlink();
        }
    }

    /// <summary>Called once, when the result or <see cref="Error"/> is known.</summary>
    protected void End()
    {
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

        Unlink();
    }

    /// <summary>Blocks until it is completed, and throws its error.</summary>
    protected void WaitForEnd()
    {
        if (!IsCompleted)
        {
            Block();
        }

        if (Error is not null)
        {
            ExceptionDispatchInfo.Throw(Error);
        }
    }

    protected sealed override void OnStart()
    {
        switch (scheduling)
        {
            case SynchronizationContext context:
                context.Post(static awaited => ((Awaited)awaited!).Continue(), this);
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

    /// <summary>A second continuation would take the place of the first, and run twice.</summary>
    private static void RequireFirst(Action<object?>? found)
    {
        if (found is not null && !ReferenceEquals(found, Nobody))
        {
            throw new InvalidOperationException("This call is awaited already: await a ValueTask once, or keep the Task of one AsTask().");
        }
    }

    private void Continue()
    {
        if (flow is null)
        {
            continuation!(state);
        }
        else
        {
            ExecutionContext.Run(flow, static awaited => ((Awaited)awaited!).continuation!(((Awaited)awaited).state), this);
        }
    }

    /// <summary>Ends the link to the token.</summary>
    private void Unlink() => Interlocked.Exchange(ref giveUp, null)?.Registration.Unregister();

    private void Block()
    {
        lock (this)
        {
            blocks = true;
            Interlocked.MemoryBarrier();
            while (!IsCompleted)
            {
                Monitor.Wait(this);
            }
        }
    }
}
