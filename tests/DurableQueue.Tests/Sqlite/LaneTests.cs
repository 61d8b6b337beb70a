using Xunit;

namespace DurableQueue.Tests.Sqlite;

public sealed class LaneTests : IDisposable
{
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Edit_PriorityAndGroupTogether_IsOfferedByTheNewPriority()
    {
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t") { Group = "a", Priority = 5 });
        var edited = await queue.EnqueueAsync(new NewTask("t") { Group = "b" });

        await queue.Control.EditAsync(edited, new TaskEdit { Priority = 10, Group = "c" });

        Assert.Equal(edited, (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))?.Id);
    }

    [Fact]
    public async Task Edit_PriorityAndEndOfDelayTogether_IsOfferedByTheNewPriority()
    {
        await using var queue = await directory.OpenAsync();
        await queue.EnqueueAsync(new NewTask("t") { Group = "a", Priority = 5 });
        var edited = await queue.EnqueueAsync(new NewTask("t") { Group = "b", Delay = TimeSpan.FromHours(1) });

        await queue.Control.EditAsync(edited, new TaskEdit { Priority = 10, NotBefore = directory.Time.GetUtcNow() });

        Assert.Equal(edited, (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))?.Id);
    }
}
