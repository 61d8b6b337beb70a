namespace DurableQueue.Queueing;

/// <summary>The end of a wait, by the queue's clock.</summary>
internal sealed class WaitTimeout : IDisposable
{
    private readonly CancellationTokenSource source;

    public WaitTimeout(TimeProvider time, TimeSpan? timeout) =>
        source = timeout is { } span && span < TimeSpan.FromDays(40) ? new CancellationTokenSource(span, time) : new CancellationTokenSource();

    public CancellationToken Token => source.Token;

    public bool IsOver => source.IsCancellationRequested;

    public void Dispose() => source.Dispose();
}
