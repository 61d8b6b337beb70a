namespace DurableQueue.Peers;

/// <summary>Which jobs have run.</summary>
internal sealed class Runs(int expected)
{
    private readonly int[] times = new int[expected];
    private readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left = expected;

    /// <summary>Ended when every job has run at least once.</summary>
    public Task All => all.Task;

    /// <summary>How many jobs ran more than once.</summary>
    public int Repeated => times.Count(count => count > 1);

    public void Add(int number)
    {
        if (Interlocked.Increment(ref times[number]) == 1 && Interlocked.Decrement(ref left) == 0)
        {
            all.SetResult();
        }
    }
}
