namespace DurableQueue.PostgreSql;

/// <summary>A call that waits for its turn, alone or together with others. Until its turn its token cancels it; then it gets its answer.</summary>
internal abstract class MergedCall
{
    private readonly Lock sync = new();
    private readonly IDisposable counted;
    private CancellationTokenRegistration cancelling;
    private bool decided;

    /// <param name="counted">Disposed of at the end of the call.</param>
    protected MergedCall(IDisposable counted) => this.counted = counted;

    /// <summary>Has the token end the call while it waits.</summary>
    public void CancelWith(CancellationToken cancellationToken) => cancelling = cancellationToken.UnsafeRegister(
        static (call, token) => ((MergedCall)call!).TryCancel(token), this);

    /// <returns>False if it was cancelled.</returns>
    public bool TryTake()
    {
        lock (sync)
        {
            var taken = !decided;
            decided = true;
            return taken;
        }
    }

    /// <summary>Ends the call with an error, unless it has its answer.</summary>
    public void Fail(Exception error)
    {
        SetError(error);
        End();
    }

    protected abstract void SetError(Exception error);

    protected abstract void SetCancelled(CancellationToken token);

    protected void End()
    {
        cancelling.Unregister();
        counted.Dispose();
    }

    private void TryCancel(CancellationToken token)
    {
        if (TryTake())
        {
            SetCancelled(token);
            counted.Dispose();
        }
    }
}

/// <summary>A call with an answer.</summary>
/// <typeparam name="TAnswer">What it is answered with.</typeparam>
internal abstract class MergedCall<TAnswer>(IDisposable counted) : MergedCall(counted)
{
    private readonly TaskCompletionSource<TAnswer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TAnswer> Answer => answer.Task;

    public void Give(TAnswer given)
    {
        answer.TrySetResult(given);
        End();
    }

    protected override void SetError(Exception error) => answer.TrySetException(error);

    protected override void SetCancelled(CancellationToken token) => answer.TrySetCanceled(token);
}
