using DurableQueue.Storage;
using DurableQueue.Worker;
using Xunit;

namespace DurableQueue.Tests.Worker;

public sealed class WorkerSlotsTests : IDisposable
{
    private readonly Dispatcher dispatcher = new();
    private readonly WorkerSlots slots;

    public WorkerSlotsTests() => slots = new WorkerSlots(2, dispatcher);

    public void Dispose() => dispatcher.Dispose();

    [Fact]
    public async Task TakeFree_SlotsFree_TakesAllOfThem()
    {
        Assert.Equal(2, await slots.TakeFreeAsync(default));
        var next = slots.TakeFreeAsync(default);
        Assert.False(next.IsCompleted);

        slots.Release();

        Assert.Equal(1, await next.WaitAsync(TestHost.Limit));
    }

    [Fact]
    public async Task TakeBack_NoneFree_ComesBeforeACheckoutThatWaitedLonger()
    {
        await slots.TakeFreeAsync(default);
        var checkout = slots.TakeFreeAsync(default);
        var first = slots.TakeBackAsync(default);
        var second = slots.TakeBackAsync(default);

        slots.Release();
        await first.WaitAsync(TestHost.Limit);
        Assert.False(second.IsCompleted);
        slots.Release();
        await second.WaitAsync(TestHost.Limit);
        Assert.False(checkout.IsCompleted);
        slots.Release();

        Assert.Equal(1, await checkout.WaitAsync(TestHost.Limit));
    }

    [Fact]
    public async Task TakeBack_Cancelled_LeavesTheSlotToTheNext()
    {
        await slots.TakeFreeAsync(default);
        using var cancellation = new CancellationTokenSource();
        var cancelled = slots.TakeBackAsync(cancellation.Token);
        var next = slots.TakeBackAsync(default);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        slots.Release();

        await next.WaitAsync(TestHost.Limit);
    }

    [Fact]
    public async Task TakeNow_NoneFree_IsOwed()
    {
        await slots.TakeFreeAsync(default);
        slots.TakeNow();
        var checkout = slots.TakeFreeAsync(default);

        slots.Release();
        Assert.False(checkout.IsCompleted);
        slots.Release();

        Assert.Equal(1, await checkout.WaitAsync(TestHost.Limit));
    }
}
