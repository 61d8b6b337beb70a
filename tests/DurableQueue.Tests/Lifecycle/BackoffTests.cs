using DurableQueue.Lifecycle;
using Xunit;

namespace DurableQueue.Tests.Lifecycle;

public sealed class BackoffTests
{
    private static readonly RetryPolicy WithoutSpread = RetryPolicy.Exponential(TimeSpan.FromSeconds(1), factor: 2, jitter: 0);

    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(2, 2_000)]
    [InlineData(3, 4_000)]
    [InlineData(10, 512_000)]
    [InlineData(11, 600_000)]
    [InlineData(1_000_000, 600_000)]
    public void DelayMs_Exponential_GrowsByItsFactorUpToItsLongestWait(int failures, long expected) =>
        Assert.Equal(expected, Backoff.DelayMs(WithoutSpread, new TaskId(1), failures));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(50)]
    public void DelayMs_Fixed_IsTheSameAfterEveryFailure(int failures) =>
        Assert.Equal(1_500, Backoff.DelayMs(RetryPolicy.Fixed(TimeSpan.FromSeconds(1.5)), new TaskId(1), failures));

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public void DelayMs_Immediate_IsZero(int failures) =>
        Assert.Equal(0, Backoff.DelayMs(RetryPolicy.Immediate, new TaskId(1), failures));

    [Fact]
    public void DelayMs_LongestAllowedPolicy_DoesNotOverflow()
    {
        var policy = new RetryPolicy { InitialDelay = TimeSpan.FromDays(365), MaxDelay = TimeSpan.FromDays(365), Factor = 100, Jitter = 1 };
        Assert.All(Enumerable.Range(1, 1_000), failures =>
            Assert.InRange(Backoff.DelayMs(policy, new TaskId(failures), failures), 0, (long)TimeSpan.FromDays(730).TotalMilliseconds));
    }

    [Fact]
    public void DelayMs_Default_StaysWithinItsSpread()
    {
        for (var failures = 1; failures <= 20; failures++)
        {
            var middle = Math.Min(Math.Pow(2, failures - 1), 600) * 1_000;
            for (var id = 1; id <= 500; id++)
            {
                Assert.InRange(Backoff.DelayMs(RetryPolicy.Default, new TaskId(id), failures), (long)(0.8 * middle), (long)Math.Ceiling(1.2 * middle));
            }
        }
    }

    [Fact]
    public void DelayMs_ManyTasks_AreSpreadEvenly()
    {
        var delays = Enumerable.Range(1, 10_000).Select(id => Backoff.DelayMs(RetryPolicy.Default, new TaskId(id), 1)).ToList();

        // Five slots of 80 ms from 800 to 1,200 ms: each holds about a fifth.
        var slots = delays.GroupBy(delay => Math.Min(4, (delay - 800) / 80)).ToList();
        Assert.Equal(5, slots.Count);
        Assert.All(slots, slot => Assert.InRange(slot.Count(), 1_700, 2_300));
    }

    [Fact]
    public void DelayMs_FullSpread_ReachesFromZeroToTwice()
    {
        var policy = RetryPolicy.Exponential(TimeSpan.FromSeconds(1), jitter: 1);
        var delays = Enumerable.Range(1, 10_000).Select(id => Backoff.DelayMs(policy, new TaskId(id), 1)).ToList();
        Assert.InRange(delays.Min(), 0, 20);
        Assert.InRange(delays.Max(), 1_980, 2_000);
    }

    [Fact]
    public void DelayMs_SameTaskAndFailure_IsTheSameAgain()
    {
        // Written down: another process must come to the same waits.
        Assert.Equal([1_122, 2_074, 4_520], Enumerable.Range(1, 3).Select(failures => Backoff.DelayMs(RetryPolicy.Default, new TaskId(42), failures)));
    }

    [Fact]
    public void DelayMs_OtherTaskOrOtherFailure_IsSpreadAnew()
    {
        var fractions = new HashSet<double>();
        for (var failures = 1; failures <= 5; failures++)
        {
            var policy = RetryPolicy.Exponential(TimeSpan.FromDays(1), factor: 1, maxDelay: TimeSpan.FromDays(1), jitter: 0.2);
            for (var id = 1; id <= 20; id++)
            {
                fractions.Add(Backoff.DelayMs(policy, new TaskId(id), failures));
            }
        }

        Assert.Equal(100, fractions.Count);
    }
}
