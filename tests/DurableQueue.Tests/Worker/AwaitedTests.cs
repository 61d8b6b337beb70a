using System.Threading.Tasks.Sources;
using DurableQueue.Storage;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class AwaitedTests : IDisposable
{
    private readonly Dispatcher dispatcher = new();
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int ran;

    public void Dispose() => dispatcher.Dispose();

    [Fact]
    public async Task OnCompleted_AwaitedAlready_ThrowsAndLeavesTheFirst()
    {
        var awaited = new Arrival(dispatcher);
        awaited.OnCompleted(Continue, first, 0, ValueTaskSourceOnCompletedFlags.None);

        RefusesSecond(awaited);
        Assert.True(awaited.TrySet());

        await first.Task.WaitAsync(TestHost.Limit);
        RefusesSecond(awaited);
        Assert.Equal(1, ran);
    }

    [Fact]
    public async Task OnCompleted_CompletedBefore_RunsTheFirstAndRefusesTheSecond()
    {
        var awaited = new Arrival(dispatcher);
        Assert.True(awaited.TrySet());

        awaited.OnCompleted(Continue, first, 0, ValueTaskSourceOnCompletedFlags.None);

        await first.Task.WaitAsync(TestHost.Limit);
        RefusesSecond(awaited);
        Assert.Equal(1, ran);
    }

    private static void RefusesSecond(Arrival awaited) => Assert.Throws<InvalidOperationException>(
        () => awaited.OnCompleted(_ => { }, null, 0, ValueTaskSourceOnCompletedFlags.None));

    private void Continue(object? state)
    {
        Interlocked.Increment(ref ran);
        ((TaskCompletionSource)state!).TrySetResult();
    }
}
