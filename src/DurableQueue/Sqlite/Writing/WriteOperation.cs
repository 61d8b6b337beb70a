using System.Diagnostics;
using System.Threading.Tasks.Sources;
using DurableQueue.Storage;

namespace DurableQueue.Sqlite;

/// <summary>One thing to write. It waits in the writer's list until a batch takes it.</summary>
internal abstract class WriteOperation : Awaited
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int GivenUp = 2;

    private int stage;

    /// <summary>When it was handed to the writer, in ticks of <see cref="Stopwatch"/>.</summary>
    public long QueuedAt { get; } = Stopwatch.GetTimestamp();

    /// <summary>It takes milliseconds: it does not join a batch whose callers would wait for it.</summary>
    public virtual bool StartsBatch => false;

    /// <summary>It runs after the others of its batch, so that it finds what they made possible.</summary>
    public virtual bool ComesLast => false;

    /// <summary>Its commit need not be synced before it is answered, if the queue's options say so.</summary>
    public virtual bool MayBeUnsynced => false;

    /// <summary>It is not applied before the batch has offered it what comes next, see <see cref="TryServe"/>.</summary>
    public virtual bool MayServe => false;

    /// <summary>Takes over the work of an operation that comes later in the batch and asks for the same, if it can.</summary>
    public virtual bool TryServe(WriteOperation later) => false;

    /// <summary>After a rollback: forgets what it did for others and what others did for it.</summary>
    public virtual void ServeAlone()
    {
    }

    /// <summary>No batch has taken it, and its caller has not given up.</summary>
    public bool IsWaiting => Volatile.Read(ref stage) == Waiting;

    /// <summary>Called by the writer before it runs the operation; false if the caller has given up.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref stage, Taken, Waiting) == Waiting;

    /// <summary>The transaction of the batch that has taken it is gone: it waits for another one.</summary>
    public void PutBack() => Volatile.Write(ref stage, Waiting);

    /// <summary>Ends the waiting with an error, unless the writer has taken it.</summary>
    public override bool TryGiveUp(Exception error)
    {
        if (Interlocked.CompareExchange(ref stage, GivenUp, Waiting) != Waiting)
        {
            return false;
        }

        Error = error;
        CompleteCall();
        return true;
    }

    /// <summary>
    /// Applies it inside the open transaction. An error of the caller's is kept for the caller; trouble with the store comes out.
    /// May be called again after a rollback, so it must not build on what an earlier call left in the object.
    /// </summary>
    public void Apply(WriteContext context)
    {
        Error = null;
        var changes = context.Db.TotalChanges;
        try
        {
            context.BeginOperation();
            Run(context);
            context.EndOperation();
        }
        catch (Exception e) when (IsCallersMistake(e) && context.Db.TotalChanges == changes)
        {
            // Nothing was written yet: the others of the batch need not care.
            Error = e;
        }
    }

    public void Fail(Exception error) => Error = error;

    /// <summary>Completes the caller's call, with the result or with the error of the latest try to apply it.</summary>
    public void CompleteCall() => End();

    protected abstract void Run(WriteContext context);

    private static bool IsCallersMistake(Exception e) => e is ArgumentException or (DurableQueueException and not QueueStorageException);
}

/// <summary>An operation with an answer, which its caller awaits: the operation itself is what is awaited, so that a call is one object.</summary>
internal abstract class WriteOperation<TResult> : WriteOperation, IValueTaskSource<TResult>
{
    private TResult? result;

    /// <summary>Recorded with what it does, in the same transaction; <see langword="null"/>: nobody with a name asked for it.</summary>
    public NewRequest? Request { get; init; }

    /// <summary>The answer, for the one caller.</summary>
    public ValueTask<TResult> Answer => AnswerBy(this);

    public TResult GetResult(short token)
    {
        WaitForEnd();
        return result!;
    }

    /// <summary>The answer, by a source that is this object and gives a part of the result.</summary>
    protected ValueTask<TPart> AnswerBy<TPart>(IValueTaskSource<TPart> self)
    {
        if (!IsCompleted)
        {
            JoinFrame();
        }

        return new ValueTask<TPart>(self, 0);
    }

    /// <summary>
    /// Does it. Errors of the caller are thrown before the first write. Whatever is thrown later rolls the whole batch back, and every
    /// operation of it is run again by itself.
    /// </summary>
    protected abstract TResult Execute(WriteContext context);

    /// <summary>Whether the answer says that something was done, to be recorded.</summary>
    protected virtual bool IsRecorded(TResult answer) => true;

    protected override void Run(WriteContext context)
    {
        var answer = Execute(context);
        SetResult(answer);
        if (Request is { } request && IsRecorded(answer))
        {
            context.Requests.Add(request);
        }
    }

    protected void SetResult(TResult answer) => result = answer;
}
