using System.Globalization;
using Xunit;

namespace DurableQueue.Tests.Processes;

public sealed class TakeOverTests : ProcessTest
{
    [Fact]
    public async Task TakeOver_WorkerProcessKilled_GivesTheRunningAttemptUnderANewToken()
    {
        await using var queue = await OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("work"));
        var holder = await StartAndGoAsync("hold", "name=gone");
        var leased = (await holder.WaitForLineAsync("leased")).Split(' ');
        Assert.Equal(id.ToString(), leased[1]);

        holder.Kill();
        await holder.ExitAsync();
        var taken = await queue.TakeOverAsync(id, "successor").AsTask().WaitAsync(Guard);

        Assert.NotNull(taken);
        Assert.Equal(id, taken.Id);
        Assert.Equal(1, taken.Attempt);
        var oldToken = long.Parse(leased[2], CultureInfo.InvariantCulture);
        Assert.True(taken.Lease.Token > oldToken, $"token {taken.Lease.Token} is not above {oldToken}");
        Assert.False(await queue.CompleteAsync(taken.Lease with { Token = oldToken }));
        Assert.Equal(HeartbeatResult.Renewed, await queue.HeartbeatAsync(taken.Lease));
        Assert.Equal("successor", (await queue.Inspector.GetAsync(id))?.Worker);
        Assert.True(await queue.CompleteAsync(taken.Lease));
    }

    [Fact]
    public async Task TakeOver_WorkerProcessAlive_GivesNull()
    {
        await using var queue = await OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("work"));
        var holder = await StartAndGoAsync("hold", "name=alive");
        await holder.WaitForLineAsync("leased");

        Assert.Null(await queue.TakeOverAsync(id, "successor"));

        Assert.Equal("alive", (await queue.Inspector.GetAsync(id))?.Worker);
        holder.Stop();
        Assert.Equal(0, await holder.ExitAsync());
    }

    [Fact]
    public async Task TakeOver_FileOpenedAfterTheKill_GivesTheRunningAttempt()
    {
        TaskId id;
        await using (var queue = await OpenAsync())
        {
            id = await queue.EnqueueAsync(new NewTask("work"));
        }

        var holder = await StartAndGoAsync("hold", "name=gone");
        await holder.WaitForLineAsync("leased");
        holder.Kill();
        await holder.ExitAsync();

        await using var later = await OpenAsync();
        var taken = await later.TakeOverAsync(id, "successor").AsTask().WaitAsync(Guard);
        Assert.Equal(1, taken?.Attempt);
    }
}
