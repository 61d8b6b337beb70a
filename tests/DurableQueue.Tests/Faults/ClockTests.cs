using System.Collections.Concurrent;
using DurableQueue.Conformance;
using DurableQueue.Tests.Sqlite;
using Xunit;

namespace DurableQueue.Tests.Faults;

/// <summary>Clocks that jump under load, and machines whose clocks differ: attempts may be lost, finishes never doubled.</summary>
public sealed class ClockTests : IDisposable
{
    private const int Tasks = 400;
    private readonly QueueDirectory directory = new();

    public void Dispose() => directory.Dispose();

    public static TheoryData<string> Jumps => ["01:00:00", "-01:00:00", "3652.00:00:00", "-3652.00:00:00"];

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task Jump_UnderLoad_EveryTaskIsFinishedOnce(string by)
    {
        await using var queue = await directory.OpenAsync(backgroundSweeps: true);
        await FillAsync(queue);
        var completed = new ConcurrentBag<TaskId>();
        var started = 0;
        var workers = Enumerable.Range(0, 4).Select(worker => Task.Run(() => DrainAsync(queue, worker, completed, () =>
        {
            // In the middle of the work, with leases held.
            if (Interlocked.Increment(ref started) == Tasks / 4)
            {
                directory.Time.JumpWallClock(TimeSpan.Parse(by, null));
            }
        })));

        await Task.WhenAll(workers).WaitAsync(QueueDirectory.Limit);
        await DrainAsync(queue, 9, completed, () => directory.Time.Advance(TimeSpan.FromSeconds(1)));

        await AssertEachOnceAsync(queue, completed);
    }

    [Fact]
    public async Task Jump_TenYearsBackWithADelayedTask_ItRunsAtItsTime()
    {
        await using var queue = await directory.OpenAsync();
        var id = await queue.EnqueueAsync(new NewTask("later") { Delay = TimeSpan.FromMinutes(1) });
        directory.Time.JumpWallClock(TimeSpan.FromDays(-3652));
        directory.Time.Advance(TimeSpan.FromHours(1));
        Assert.Null(await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }));

        directory.Time.JumpWallClock(TimeSpan.FromDays(3652));

        Assert.Equal(id, (await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }))?.Id);
    }

    [Fact]
    public async Task Suspend_MachineLongerThanTheLease_LivingWorkersKeepTheirTasks()
    {
        await using var queue = await directory.OpenAsync(backgroundSweeps: true);
        await queue.EnqueueAsync([.. Enumerable.Repeat(new NewTask("t"), 20)]);
        var held = await queue.CheckoutAsync(new CheckoutRequest { Worker = "w" }, 20);

        // While the machine sleeps, the wall clock goes on and the monotonic one does not.
        directory.Time.JumpWallClock(TimeSpan.FromHours(8));
        Assert.Null(await queue.CheckoutAsync(new CheckoutRequest { Worker = "other" }));
        Assert.All(await queue.HeartbeatAsync([.. held.Select(task => task.Lease)]), answer => Assert.Equal(HeartbeatResult.Renewed, answer));
        directory.Time.Advance(TimeSpan.FromSeconds(299));
        await queue.ReapExpiredAsync();

        foreach (var task in held)
        {
            Assert.True(await queue.CompleteAsync(task.Lease));
        }

        Assert.True((await queue.Inspector.VerifyAsync()).IsSound);
    }

    [Theory]
    [InlineData("02:00:00")]
    [InlineData("-02:00:00")]
    [InlineData("00:04:59")]
    public async Task Skew_TwoHostsOnOneFile_EveryTaskIsFinishedOnce(string by)
    {
        var skewed = new ManualTimeProvider();
        skewed.JumpWallClock(TimeSpan.Parse(by, null));
        await using var first = await directory.OpenAsync();
        await using var second = await SqliteTaskQueue.OpenAsync(
            directory.FilePath, new SqliteQueueOptions { TimeProvider = skewed, BackgroundSweeps = false });
        await FillAsync(first);
        var completed = new ConcurrentBag<TaskId>();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker =>
            Task.Run(() => DrainAsync(worker % 2 == 0 ? first : second, worker, completed, () => { })))).WaitAsync(QueueDirectory.Limit);
        directory.Time.Advance(TimeSpan.FromMinutes(10));
        skewed.Advance(TimeSpan.FromMinutes(10));
        await DrainAsync(first, 9, completed, () => { });
        await DrainAsync(second, 9, completed, () => { });

        await AssertEachOnceAsync(first, completed);
    }

    private static async Task FillAsync(SqliteTaskQueue queue) =>
        await queue.EnqueueAsync([.. Enumerable.Range(0, Tasks).Select(i => new NewTask("t") { MaxAttempts = 1_000_000, Group = $"g{i % 3}", Retry = RetryPolicy.Immediate })]);

    /// <summary>Works until it finds nothing; keeps what was acknowledged to it.</summary>
    private static async Task DrainAsync(SqliteTaskQueue queue, int worker, ConcurrentBag<TaskId> completed, Action onStart)
    {
        var request = new CheckoutRequest { Worker = $"w{worker}" };
        while (await queue.CheckoutAsync(request, 3) is { Count: > 0 } tasks)
        {
            onStart();
            foreach (var task in tasks)
            {
                await queue.HeartbeatAsync(task.Lease);
                if (await queue.CompleteAsync(task.Lease))
                {
                    completed.Add(task.Id);
                    Assert.False(await queue.CompleteAsync(task.Lease));
                }
            }
        }
    }

    private static async Task AssertEachOnceAsync(SqliteTaskQueue queue, ConcurrentBag<TaskId> completed)
    {
        Assert.Equal(Tasks, completed.Count);
        Assert.Equal(Tasks, completed.Distinct().Count());
        Assert.Equal(Tasks, (await queue.Inspector.CountAsync()).Total.Done);
        var verification = await queue.Inspector.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Findings));
    }
}
