namespace DurableQueue.Benchmarks.Throughput;

/// <summary>Ends when it was signalled as often as it was told.</summary>
internal sealed class Countdown(int count)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left = count;

    public Task Done => done.Task;

    public void Signal()
    {
        if (Interlocked.Decrement(ref left) == 0)
        {
            done.TrySetResult();
        }
    }
}
