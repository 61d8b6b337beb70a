namespace DurableQueue.Tests.Worker;

/// <summary>Something that happens once, and can be waited for.</summary>
internal sealed class Signal
{
    private readonly TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsSet => source.Task.IsCompleted;

    public void Set() => source.TrySetResult();

    public Task Reached => source.Task.WaitAsync(TestHost.Limit);

    /// <summary>For handlers that stop when told to.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => source.Task.WaitAsync(TestHost.Limit, cancellationToken);
}
